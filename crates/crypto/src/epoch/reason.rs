/// Why a record was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A lane begins.
    Open,
    /// A waiting case is claimed.
    Claim,
    /// A colleague is invited, both there.
    Invite,
    /// The case goes to another person.
    Transfer,
    /// A supervisor joins.
    Join,
    /// The case waits for the team again.
    Reopen,
    /// New keys for the same people.
    Rekey,
    /// Somebody leaves.
    Leave,
}

impl Reason {
    const ALL: [Self; 8] = [
        Self::Open,
        Self::Claim,
        Self::Invite,
        Self::Transfer,
        Self::Join,
        Self::Reopen,
        Self::Rekey,
        Self::Leave,
    ];

    /// The reason of a number from 0 to 7.
    pub fn from_u8(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The number as it stands in records.
    pub fn as_u8(self) -> u8 {
        self as u8
    }

    /// Reasons 2, 3, 4 and 7 need a case that somebody has claimed.
    pub(super) fn needs_claimed(self) -> bool {
        matches!(self, Self::Invite | Self::Transfer | Self::Join | Self::Leave)
    }
}
