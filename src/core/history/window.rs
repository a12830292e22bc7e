//! A window: what trimming to tighter limits would leave, worked out on a copy of the order.

use crate::core::history::limits::Limits;
use crate::core::history::message::Messages;
use crate::core::history::order::Order;
use crate::core::history::trim;

/// The slots of a window, in order.
#[must_use]
pub fn window(messages: &Messages, order: &Order, limits: &Limits) -> Vec<u32> {
    let mut copy = order.clone();
    while copy.totals.exceed(limits) {
        if trim::next(messages, &mut copy).is_empty() {
            break;
        }
    }
    copy.slots.into()
}
