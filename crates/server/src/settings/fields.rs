//! What `docs/configuration.md` says of each setting.

/// One line of `docs/configuration.md`.
pub struct Field {
    /// The key as it stands in the file, with dots.
    pub key: &'static str,
    /// What it does, in one or two plain sentences.
    pub meaning: &'static str,
}

/// Every setting, in the order of the documentation; a test holds it against [`super::Settings`].
pub const FIELDS: &[Field] = &[
    Field {
        key: "listen",
        meaning: "Address and port to serve on. Any address but loopback needs `--tls-cert` and `--tls-key`.",
    },
    Field {
        key: "exit_url",
        meaning: "Where the exit leads, `https://` or `http://`. Choose an ordinary page that shows nothing personal, loads fast and is often visited in your country.",
    },
    Field { key: "org.name", meaning: "Your organisation's name, as clients read it. Required." },
    Field {
        key: "org.contact",
        meaning: "How to reach your organisation, in one line; shown at the foot of the client page. Empty: no line.",
    },
    Field {
        key: "notice_band.id",
        meaning: "A line over every page, in Indonesian; for example planned maintenance. Empty: no band.",
    },
    Field { key: "notice_band.en", meaning: "The same line in English." },
    Field {
        key: "database_url",
        meaning: "`postgres://..` to keep the data in PostgreSQL. Empty: SQLite, in `teduh.sqlite` in the data folder.",
    },
    Field {
        key: "keystore_url",
        meaning: "The database of the shred keys, another than `database_url`, with backups of 7 days at most. Needed with `database_url`, else empty: `keystore.sqlite`.",
    },
    Field { key: "times.opening_s", meaning: "Seconds from a claim to its records." },
    Field {
        key: "times.counselor_gone_s",
        meaning: "Seconds after which a counselor whose connection is lost counts as gone, and a supervisor who answers for an escalation.",
    },
    Field {
        key: "times.resuming_s",
        meaning: "Seconds in which a reloaded desk is to be unlocked before its counselor counts as gone.",
    },
    Field {
        key: "times.client_away_waiting_s",
        meaning: "Seconds for which the place of a waiting client is kept after the connection is lost.",
    },
    Field {
        key: "times.client_away_active_s",
        meaning: "Seconds after which a client who is away ends the session.",
    },
    Field {
        key: "times.wrap_up_s",
        meaning: "Seconds for which the last counselor reads and writes after the end.",
    },
    Field {
        key: "times.token_idle_s",
        meaning: "Seconds after which a client's token without a connection ends.",
    },
    Field {
        key: "times.token_life_s",
        meaning: "Seconds after which a client's token ends in any case.",
    },
    Field {
        key: "times.previous_roster_s",
        meaning: "Seconds for which a new record may still name the roster before the newest.",
    },
    Field {
        key: "times.acknowledge_level_3_s",
        meaning: "Seconds in which a supervisor acknowledges an escalation of level 3 (danger now); then supervisors are paged, once a minute.",
    },
    Field { key: "times.acknowledge_level_2_s", meaning: "The same for level 2 (urgent)." },
    Field {
        key: "times.opening_alone_after_s",
        meaning: "Seconds after which a supervisor may open a case alone, where a second one would have to agree and none is there.",
    },
    Field {
        key: "times.opening_ask_s",
        meaning: "Seconds after which a supervisor's wish to open a case ends, if it was not opened.",
    },
    Field {
        key: "times.opening_read_s",
        meaning: "Seconds for which a supervisor reads a case that was opened.",
    },
    Field {
        key: "times.opening_countersign_s",
        meaning: "Seconds in which another supervisor countersigns what was opened alone.",
    },
    Field {
        key: "times.factor_s",
        meaning: "Seconds for which a one-time code counts as just given; later, opening a case asks for another.",
    },
    Field {
        key: "times.ping_s",
        meaning: "Seconds between two pings; a connection that leaves two unanswered is lost.",
    },
    Field { key: "limits.counselor_limit", meaning: "How many clients a counselor takes at once." },
    Field {
        key: "limits.socket_burst",
        meaning: "How much one connection may ask at once. A message is 1, a page 5, a whole case 10.",
    },
    Field { key: "limits.socket_per_second", meaning: "How much of that comes back each second." },
    Field {
        key: "limits.address_burst",
        meaning: "How much one address may ask at once, over HTTP and for new connections. Many people can share one.",
    },
    Field { key: "limits.address_per_second", meaning: "How much of that comes back each second." },
    Field {
        key: "limits.sqlite_pages",
        meaning: "The most pages of 4 KiB that SQLite may use; beyond them nothing is stored. 0: no limit.",
    },
    Field {
        key: "keep.chat_days",
        meaning: "Days for which the words of a chat are kept after its last session.",
    },
    Field {
        key: "keep.notes_days",
        meaning: "The same for notes, where the client consented to longer notes; else they go with the chat.",
    },
    Field { key: "keep.case_days", meaning: "Days after which the case is gone with its code." },
];
