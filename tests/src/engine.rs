/// Which database a story runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, in the data folder.
    Sqlite,
    /// An ephemeral server of the story's own.
    Postgres,
}

impl Engine {
    /// Its name, for folders.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}
