//! The bundle as a file: written as a stream, checked before it is published, read as hostile. Format: one zip, one BagIt bag.
