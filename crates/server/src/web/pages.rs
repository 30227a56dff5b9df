//! The pages in both languages: prerendered by the web client's build, filled in by the server.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use axum::Extension;
use axum::extract::State;
use axum::response::Html;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::PublicKey;

use super::assets::Dist;
use super::headers::InlineScript;
use crate::refusal::Refusal;
use crate::state::{App, Shared};

/// The finished pages, kept until what they say of the organisation changes.
pub(super) struct Pages {
    app: Shared,
    finished: Mutex<(Says, Arc<Finished>)>,
}

/// What the pages say that is not a setting.
#[derive(Clone, PartialEq, Eq)]
struct Says {
    /// The root that was loaded with the first orgkeys.
    root: Option<PublicKey>,
    /// Whether a chat can begin; until then `/` shows the numbers alone.
    ready: bool,
}

struct Finished {
    client: [Page; 2],
    staff: [Page; 2],
}

/// A filled page, and the script inside it that the content security policy must know.
type Page = (Extension<InlineScript>, Html<String>);

impl Pages {
    /// Fills the pages in for the first time.
    ///
    /// # Errors
    /// Refuses a binary that was built without the web client.
    pub(super) fn new(app: &Shared) -> anyhow::Result<Self> {
        let says = Says::now(app);
        let finished = Arc::new(Finished::new(app, &says)?);
        Ok(Self { app: app.clone(), finished: Mutex::new((says, finished)) })
    }

    fn finished(&self) -> Result<Arc<Finished>, Refusal> {
        let says = Says::now(&self.app);
        let mut kept = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0 != says {
            let finished = Finished::new(&self.app, &says)
                .map_err(|error| Refusal::internal(error.as_ref()))?;
            *kept = (says, Arc::new(finished));
        }
        Ok(kept.1.clone())
    }
}

impl Says {
    fn now(app: &App) -> Self {
        let org = app.org.now();
        Self { root: org.newest_orgkeys().map(|at| at.root_pk), ready: org.can_begin() }
    }
}

impl Finished {
    fn new(app: &App, says: &Says) -> anyhow::Result<Self> {
        let client = if says.ready { "landing" } else { "client" };
        let both = |name: &str| -> anyhow::Result<[Page; 2]> {
            Ok([
                page(&format!("{name}.id.html"), app, says)?,
                page(&format!("{name}.en.html"), app, says)?,
            ])
        };
        Ok(Self { client: both(client)?, staff: both("staff")? })
    }
}

type Answer = Result<Page, Refusal>;

pub(super) async fn indonesian(State(pages): State<Arc<Pages>>) -> Answer {
    let [page, _] = &pages.finished()?.client;
    Ok(page.clone())
}

pub(super) async fn english(State(pages): State<Arc<Pages>>) -> Answer {
    let [_, page] = &pages.finished()?.client;
    Ok(page.clone())
}

pub(super) async fn staff_indonesian(State(pages): State<Arc<Pages>>) -> Answer {
    let [page, _] = &pages.finished()?.staff;
    Ok(page.clone())
}

pub(super) async fn staff_english(State(pages): State<Arc<Pages>>) -> Answer {
    let [_, page] = &pages.finished()?.staff;
    Ok(page.clone())
}

fn page(name: &str, app: &App, says: &Says) -> anyhow::Result<Page> {
    let file = Dist::get(name).with_context(|| {
        format!("this binary has no {name}: build the web client first (`make web`)")
    })?;
    let template = std::str::from_utf8(&file.data).with_context(|| name.to_owned())?;
    let settings = &app.settings;
    let org_id = URL_SAFE_NO_PAD.encode(app.org_id().as_bytes());
    let root = says.root.map(|root| URL_SAFE_NO_PAD.encode(root.0)).unwrap_or_default();
    let inline = InlineScript::of(import_map(template).with_context(|| name.to_owned())?);
    let filled = fill(
        template,
        &[
            ("org_id", &org_id),
            ("root", &root),
            ("org_name", &settings.org.name),
            ("org_contact", &settings.org.contact),
            ("exit_url", &settings.exit_url),
            ("notice_band_id", &settings.notice_band.id),
            ("notice_band_en", &settings.notice_band.en),
        ],
    );
    Ok((Extension(inline), Html(filled)))
}

/// The text of the page's import map; nothing of it is filled in.
fn import_map(template: &str) -> Option<&str> {
    let (_, map) = template.split_once("<script type=\"importmap\">")?;
    map.split_once("</script>").map(|(text, _)| text)
}

/// Replaces each `{{name}}` in one pass, so that a value is never read as a place itself.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let known = after.split_once("}}").and_then(|(name, behind)| {
            values.iter().find(|(key, _)| *key == name).map(|(_, value)| (value, behind))
        });
        if let Some((value, behind)) = known {
            escape_into(&mut filled, value);
            rest = behind;
        } else {
            filled.push_str("{{");
            rest = after;
        }
    }
    filled.push_str(rest);
    filled
}

/// Escapes text for HTML, in content and in double-quoted attributes.
fn escape_into(html: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_never_filled_again() {
        let filled = fill(
            "<p a=\"{{one}}\">{{two}} {{three}}</p>",
            &[("one", "\"><script>"), ("two", "{{one}} & co")],
        );
        assert_eq!(filled, "<p a=\"&quot;&gt;&lt;script&gt;\">{{one}} &amp; co {{three}}</p>");
    }
}
