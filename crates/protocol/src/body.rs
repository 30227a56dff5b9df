//! What is inside a sealed message, by kind (docs/crypto.md, 6).

use serde::{Deserialize, Serialize};

use crate::Language;

/// The sealed body. The server never sees one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Body {
    /// Kind 1 text and kind 5 note.
    Text {
        /// The text.
        t: String,
    },
    /// Kind 8: the intake answers that stay sealed. A skipped question is absent.
    Intake {
        /// What it is about.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        about: Vec<About>,
        /// Whether it is safe right now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        safe: Option<Safe>,
        /// Under 18?
        #[serde(default, skip_serializing_if = "Option::is_none")]
        child: Option<Child>,
        /// Woman, man or no matter.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        prefer: Option<Prefer>,
    },
    /// Kind 9.
    Consent {
        /// Which text was accepted: the deck's keys' hash, hex.
        version: String,
        /// In which language.
        language: Language,
    },
    /// Kind 10.
    Hello {
        /// The name that the client reads.
        name: String,
        /// The role, in the deck's words.
        role: String,
    },
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Body(redacted)")
    }
}

macro_rules! answers {
    ($(#[$meta:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
        pub enum $name { $($(#[$inner])* $variant),+ }
    };
}

answers!(
    /// What it is about.
    About {
        /// Being hit or hurt in the body.
        Physical,
        /// Words and threats.
        Words,
        /// Control.
        Control,
        /// Sexual violence.
        Sexual,
        /// Money, neglect.
        Money,
        /// A child is hurt.
        ChildHurt,
        /// Wanting to give up or to hurt oneself.
        SelfHarm,
        /// Somebody else is hurt.
        SomeoneElse,
        /// What the person does themself.
        OwnActs,
        /// Something else.
        Other,
    }
);
answers!(
    /// Safe right now?
    Safe {
        /// Yes.
        Yes,
        /// Not sure.
        Unsure,
        /// No.
        No,
        /// In danger.
        Danger,
    }
);
answers!(
    /// Under 18?
    Child {
        /// Yes.
        Yes,
        /// No.
        No,
    }
);
answers!(
    /// Who would be easier to talk to.
    Prefer {
        /// A woman.
        Woman,
        /// A man.
        Man,
        /// No matter.
        Any,
    }
);
