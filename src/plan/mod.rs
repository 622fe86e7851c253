//! What will be taken, item by item, before anything is opened. Lists and stats only.

mod item;
mod name;

pub use item::{Limit, Plan, PlanItem, Source, Window};
pub use name::{EntryName, Names, Unsafe};
