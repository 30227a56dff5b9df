//! What one receiver has of a lane, so that everything reaches them once and in order.

use std::collections::BTreeSet;

/// The places of a lane that a receiver has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cursor {
    /// Everything up to here.
    have: u64,
    /// Own messages beyond, whose place the sender was told.
    own: BTreeSet<u64>,
}

impl Cursor {
    /// A receiver who has everything up to this place.
    pub(super) const fn at(have: u64) -> Self {
        Self { have, own: BTreeSet::new() }
    }

    /// The sender was told the place of an own message.
    pub(super) fn own(&mut self, seq: u64) {
        if seq > self.have {
            self.own.insert(seq);
        }
        self.run();
    }

    /// After which place to fetch, if anything up to this one is missing.
    pub(super) fn lacks(&self, seq: u64) -> Option<u64> {
        let has_all = (self.have + 1..=seq).all(|place| self.own.contains(&place));
        (!has_all).then_some(self.have)
    }

    /// Whether the message at this place is the next to send.
    pub(super) const fn is_next(&self, seq: u64) -> bool {
        seq == self.have + 1
    }

    /// The next message goes out now.
    pub(super) fn sent(&mut self, seq: u64) {
        if self.is_next(seq) {
            self.have = seq;
        }
        self.run();
    }

    fn run(&mut self) {
        while self.own.remove(&(self.have + 1)) {
            self.have += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_that_overtake_each_other_are_fetched_in_order() {
        let mut cursor = Cursor::at(4);
        assert_eq!(cursor.lacks(5), Some(4));
        for seq in 5..=6 {
            assert!(cursor.is_next(seq));
            cursor.sent(seq);
        }
        assert!(!cursor.is_next(5), "the signal that was overtaken");
        assert_eq!(cursor.lacks(6), None);
        assert!(cursor.is_next(7));
    }

    #[test]
    fn own_messages_are_not_sent_back() {
        let mut cursor = Cursor::at(0);
        cursor.own(2);
        assert!(!cursor.is_next(2));
        assert_eq!(cursor.lacks(2), Some(0));
        cursor.sent(1);
        assert_eq!(cursor, Cursor::at(2));
        cursor.own(1);
        assert_eq!(cursor, Cursor::at(2), "a retry's answer");
    }

    #[test]
    fn nothing_is_fetched_for_own_messages_alone() {
        let mut cursor = Cursor::at(3);
        cursor.own(5);
        cursor.own(4);
        assert_eq!(cursor.lacks(5), None);
        assert!(cursor.is_next(6));
    }
}
