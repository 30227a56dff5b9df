//! The contract suite: what every engine must do, told as stories.
//!
//! An engine's test calls [`run`] once; every story gets a fresh database. A story that fails
//! panics with its name in the output.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test suite that other crates' tests call: a panic is how it fails"
)]

use async_trait::async_trait;

use crate::{Result, Store};

mod audit;
mod cases;
mod claims;
mod escalations;
mod faults;
mod held;
mod joins;
mod messages;
mod openings;
mod org;
mod pages;
mod presence;
mod presses;
mod races;
mod rekeys;
mod retention;
mod staff;
mod tokens;
mod world;

/// A fresh database of one engine, and what a test does to it behind the store's back.
#[async_trait]
pub trait Fixture: Send + Sync {
    /// The open store.
    fn store(&self) -> Store;

    /// Runs a statement on the database itself; gives how many rows it changed.
    async fn execute(&self, sql: &'static str) -> u64;

    /// Counts the rows of a statement on the database itself.
    async fn count(&self, sql: &'static str) -> i64;

    /// How many transactions have stored something; only the difference of two counts says much.
    async fn commits(&self) -> u64;

    /// The bytes of write-ahead logs beside the databases; none where the engine minds its own.
    async fn logs(&self) -> Option<u64>;

    /// From here on the disk is full; the store may be another one afterwards.
    async fn fill(&mut self);

    /// There is room again.
    async fn free(&mut self);

    /// Holds the database so that nobody can write a message, until the guard is dropped.
    async fn lock(&self) -> Box<dyn Send>;

    /// Runs a statement in a transaction that stays open, until the guard is dropped.
    async fn hold(&self, sql: &'static str) -> Box<dyn Send>;

    /// The service is killed and starts anew: another store over the same data.
    async fn restart(&mut self);

    /// Closes and removes everything.
    async fn close(self: Box<Self>);
}

/// Makes fixtures of one engine.
#[async_trait]
pub trait Engine: Send + Sync {
    /// A fresh database.
    async fn fixture(&self) -> Box<dyn Fixture>;
}

/// Runs stories, each on a fresh database of an engine.
macro_rules! stories {
    ($engine:ident, $($module:ident: $($story:ident),+;)+) => {$($(
        println!("{}: {}", stringify!($module), stringify!($story));
        let mut fixture = $engine.fixture().await;
        $module::$story(fixture.as_mut()).await;
        fixture.close().await;
    )+)+};
}

/// Runs the stories of many writers at once, which only an engine that locks row by row can tell.
///
/// Its stores have to wait for a lock as long as a slow test machine needs.
pub async fn run_races(engine: &dyn Engine) {
    stories! {
        engine,
        races: a_claim_in_flight_of_a_disabled_person, a_roster_waits_for_records_of_the_last_one,
            a_ring_of_three_does_not_close, three_at_once_stand_thirty_times;
        pages: of_two_nodes_one_decides, the_pager_waits_for_nobody;
        openings: of_one_id_in_two_cases_one_stands, alone_while_others_are_paged;
        joins: a_join_in_flight_of_a_disabled_supervisor;
    }
}

/// Runs the stories of one case that somebody holds for too long; stores have to give up soon.
pub async fn run_held(engine: &dyn Engine) {
    stories! {
        engine,
        held: messages_of_other_cases_are_stored, the_sweep_goes_past_it;
    }
}

/// Runs every story on an engine.
pub async fn run(engine: &dyn Engine) {
    stories! {
        engine,
        cases: an_opening_stands_whole, an_opening_sent_twice_at_once_stands_once,
            a_client_comes_back, a_code_leads_back;
        claims: of_64_claims_one_wins, a_claim_in_two_steps, policy_decides,
            a_claim_that_lapses_leaves_nothing, three_lapses_leave_the_queue,
            a_box_that_does_not_open, a_claimer_who_met_another_record,
            given_back_to_the_head_of_its_class, the_end_and_the_wrap_up;
        presence: a_counselor_who_is_gone, a_counselor_who_is_back, a_client_who_left, who_is_on_duty,
            a_disabled_counselor;
        messages: lines_without_gaps, a_retry_changes_nothing, who_may_not_write,
            many_writers_at_once, lines_at_once_share_commits, pages_and_marks;
        tokens: a_token_lives_its_time, a_lock_is_a_lost_connection;
        staff: from_invite_to_member, vault_and_passphrase, refresh_tokens_rotate, steps_once;
        org: versions_leave_no_gap, rosters_that_records_name, groups_and_boxes;
        audit: the_chain_holds, signed_points, a_changed_line, a_removed_line,
            an_end_that_is_turned_back, a_clock_that_jumps;
        retention: clocks_run_out, an_open_session_stops_the_clocks, a_moved_row_does_not_open,
            orphaned_keys;
        escalations: an_opening_in_danger_calls_supervisors,
            danger_and_its_escalation_stand_together, later_raises_join,
            of_32_raises_at_once_one_escalation_stands, of_two_answers_at_once_one_wins,
            who_may_not_raise, a_client_who_leaves_leaves_it_open, from_raised_to_reopened,
            an_open_one_stops_the_clocks, a_moved_reason_hides_nothing_else,
            whoever_answered_is_gone;
        presses: each_press_is_a_sign_but_a_flood_is_few, a_press_sent_again_is_the_same,
            presses_at_once_are_one_sign, whoever_was_spoken_to_stays_so,
            what_was_resolved_lately;
        pages: one_supervisor_first_and_then_all, a_flood_is_one_page,
            nobody_signed_in_means_all, a_restart_doubles_and_loses_none;
        openings: a_raised_case_opens_at_once, a_second_agrees_or_does_not,
            of_two_approvals_at_once_one_wins, alone_is_told_to_all_and_countersigned,
            a_page_of_what_is_late_comes_besides, release_and_entry_stand_together,
            each_of_32_has_their_own, what_needs_no_second, all_of_a_case_opens,
            a_clock_that_goes_back, what_is_over_is_closed_once,
            what_fails_to_close_keeps_nobody_from_the_rest, a_case_that_is_gone,
            a_disabled_supervisor;
        joins: beside_the_counselor, only_with_an_opening, of_two_at_once_one_decides_anew,
            records_and_session_stand_together, taken_over_by_who_has_joined,
            taken_over_from_who_is_gone, nobody_reopens_while_a_supervisor_is_there,
            back_into_the_queue, a_disabled_supervisor_has_left, what_ends_it_ends_joins;
        rekeys: whoever_is_gone_drops_out, past_the_team, of_two_rekeys_at_once_one_stands,
            whoever_is_no_supervisor_any_more_has_left, only_by_who_is_in_it_or_has_opened_it,
            what_nobody_could_take_waits_again;
        faults: a_full_disk, a_locked_database;
    }
}

/// Asserts that a result is a certain error of storage.
macro_rules! assert_refused {
    ($result:expr, $error:pat) => {
        match $result {
            Err($error) => {}
            Err(other) => panic!("another error: {other:?}"),
            Ok(_) => panic!("it was accepted"),
        }
    };
}
pub(crate) use assert_refused;

fn ok<T>(result: Result<T>) -> T {
    result.expect("the operation stands")
}
