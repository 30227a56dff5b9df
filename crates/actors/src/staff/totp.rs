//! One-time codes: SHA-1, six digits, 30 s.

use super::Credentials;
use crate::{Error, Result};

const STEP_SECONDS: u64 = 30;

impl Credentials {
    /// A code of the step before, this one or the next that was not used yet; `now` in ms.
    ///
    /// The oldest first, so that as many as possible are left for a sign-in soon after.
    pub(crate) fn next_code(&mut self, now: u64) -> Result<String> {
        let step = next_step(&mut self.used_steps, now)?;
        self.code_of(step)
    }

    /// The same to confirm a deed: a step serves once for that, and once to sign in.
    pub(crate) fn next_confirmation(&mut self, now: u64) -> Result<String> {
        let step = next_step(&mut self.confirmed_steps, now)?;
        self.code_of(step)
    }

    /// The code of this step, used or not; `now` in ms.
    pub fn current_code(&self, now: u64) -> Result<String> {
        self.code_of(now / 1000 / STEP_SECONDS)
    }

    fn code_of(&self, step: u64) -> Result<String> {
        let secret = totp_rs::Secret::try_from_base32(&self.totp_secret)
            .map_err(|_| Error::BadAnswer("the one-time secret is not base32".to_owned()))?;
        let totp = totp_rs::Builder::new().with_secret(secret).build_noncompliant();
        Ok(totp.generate(step * STEP_SECONDS).to_string())
    }
}

fn next_step(used: &mut Vec<u64>, now: u64) -> Result<u64> {
    let step = now / 1000 / STEP_SECONDS;
    let fresh = [step.saturating_sub(1), step, step + 1];
    let fresh = fresh.into_iter().find(|step| !used.contains(step));
    let step = fresh.ok_or_else(|| {
        Error::NotPossible("every one-time code of this half minute was used".to_owned())
    })?;
    used.retain(|used| *used + 2 >= step);
    used.push(step);
    Ok(step)
}
