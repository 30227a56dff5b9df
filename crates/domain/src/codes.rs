//! Choices that are stored by a code; a code never changes its meaning.

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$code_doc:meta])* $variant:ident = $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$code_doc])* $variant,)* }

        impl $name {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stored code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// What has this code.
            pub fn from_code(code: &str) -> Option<Self> {
                Some(match code { $($code => Self::$variant,)* _ => return None })
            }
        }
    };
}
pub(crate) use codes;
