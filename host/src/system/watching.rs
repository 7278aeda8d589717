//! Which events of a watched folder are changes.

use notify::event::{EventKind, ModifyKind};

/// Whether the event changes a file or folder. Opening a file is an event as well.
pub(crate) fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_)) => false,
        EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_) | EventKind::Other => true,
    }
}
