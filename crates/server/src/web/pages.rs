//! The client page in both languages: prerendered by the web client's build, filled in once.

use std::sync::Arc;

use anyhow::Context;
use axum::extract::State;
use axum::response::Html;

use super::assets::Dist;
use crate::settings::Settings;

/// The finished pages.
pub(super) struct Pages {
    indonesian: String,
    english: String,
}

impl Pages {
    /// Fills the settings into the prerendered pages.
    pub(super) fn new(settings: &Settings) -> anyhow::Result<Self> {
        Ok(Self {
            indonesian: page("client.id.html", settings)?,
            english: page("client.en.html", settings)?,
        })
    }
}

pub(super) async fn indonesian(State(pages): State<Arc<Pages>>) -> Html<String> {
    Html(pages.indonesian.clone())
}

pub(super) async fn english(State(pages): State<Arc<Pages>>) -> Html<String> {
    Html(pages.english.clone())
}

fn page(name: &str, settings: &Settings) -> anyhow::Result<String> {
    let file = Dist::get(name).with_context(|| {
        format!("this binary has no {name}: build the web client first (`make web`)")
    })?;
    let template = std::str::from_utf8(&file.data).with_context(|| name.to_owned())?;
    Ok(fill(
        template,
        &[
            ("org_name", &settings.org.name),
            ("org_contact", &settings.org.contact),
            ("exit_url", &settings.exit_url),
            ("notice_band_id", &settings.notice_band.id),
            ("notice_band_en", &settings.notice_band.en),
        ],
    ))
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
