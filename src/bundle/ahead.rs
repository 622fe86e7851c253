//! Reads a stream ahead on a thread of its own, a few blocks at most, while another works on what was read.

use std::io::{self, Read};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread;

/// Bytes of a block.
const BLOCK: usize = 256 * 1024;

/// Blocks that wait to be worked on.
const BLOCKS: usize = 3;

/// What was read, or why it could not be.
type Block = io::Result<Vec<u8>>;

/// Gives the stream to the work, read ahead if a thread can be had. What the work leaves unread is not read.
pub(super) fn read_ahead<T>(mut source: impl Read + Send, work: impl FnOnce(&mut dyn Read) -> T) -> T {
    let (give, blocks) = mpsc::sync_channel(BLOCKS);
    let (give_back, empty) = mpsc::channel();
    thread::scope(|scope| {
        // The thread borrows the source, so that it is still there if no thread can be had.
        let source = &mut source;
        let (hand_over, source_of_thread) = mpsc::sync_channel(1);
        let reader = thread::Builder::new().name("qdiag reads".into());
        let started = reader.spawn_scoped(scope, move || {
            if let Ok(source) = source_of_thread.recv() {
                read(source, &give, &empty);
            }
        });
        if started.is_err() {
            return work(source);
        }
        hand_over.send(source).expect("the thread waits for it");
        work(&mut Ahead { blocks, give_back, block: Vec::new(), at: 0 })
    })
}

/// Reads block after block, until the stream ends or fails or nobody wants more.
fn read(source: &mut impl Read, give: &SyncSender<Block>, empty: &Receiver<Vec<u8>>) {
    loop {
        let mut block = empty.try_recv().unwrap_or_default();
        block.clear();
        let result = source.by_ref().take(BLOCK as u64).read_to_end(&mut block);
        let is_last = result.is_err() || block.len() < BLOCK;
        let is_wanted = (block.is_empty() || give.send(Ok(block)).is_ok())
            && result.err().is_none_or(|error| give.send(Err(error)).is_ok());
        if is_last || !is_wanted {
            return;
        }
    }
}

/// A stream that is read ahead.
struct Ahead {
    blocks: Receiver<Block>,
    give_back: Sender<Vec<u8>>,
    block: Vec<u8>,
    at: usize,
}

impl Read for Ahead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.block.len() {
            // Without another block the stream has ended.
            let Ok(next) = self.blocks.recv() else { return Ok(0) };
            let used = std::mem::replace(&mut self.block, next?);
            self.at = 0;
            // The reader may be done.
            let _ = self.give_back.send(used);
        }
        let count = buffer.len().min(self.block.len() - self.at);
        buffer[..count].copy_from_slice(&self.block[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Failing(usize);

    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::Error::other("torn"));
            }
            let count = buffer.len().min(self.0).min(1000);
            buffer[..count].fill(b'x');
            self.0 -= count;
            Ok(count)
        }
    }

    #[test]
    fn a_stream_arrives_as_it_is() {
        let content: Vec<u8> = (0..5 * BLOCK + 17).map(|n| ((n * 7919) >> 5).to_le_bytes()[0]).collect();
        for length in [0, 1, BLOCK, BLOCK + 1, content.len()] {
            let mut back = Vec::new();
            let read = read_ahead(&content[..length], |source| source.read_to_end(&mut back));
            assert_eq!(read.expect("memory"), length);
            assert!(back == content[..length]);
        }
    }

    #[test]
    fn a_failure_comes_behind_what_was_read() {
        let mut back = Vec::new();
        let result = read_ahead(Failing(BLOCK + 5), |source| source.read_to_end(&mut back));
        assert_eq!((back.len(), result.expect_err("it fails").to_string()), (BLOCK + 5, "torn".into()));
    }

    #[test]
    fn what_is_left_unread_keeps_nobody_waiting() {
        let mut first = [0; 10];
        read_ahead(io::repeat(b'y'), |source| source.read_exact(&mut first)).expect("it has no end");
        assert_eq!(first, [b'y'; 10]);
    }
}
