//! What signed-in members of staff ask over REST.

pub(crate) mod group_boxes;
pub(crate) mod groups;
pub(crate) mod invites;
pub(crate) mod org;
pub(crate) mod orgkeys;
pub(crate) mod renewals;
pub(crate) mod roster;
pub(crate) mod unlock;
pub(crate) mod vault;
