//! A whole case and the organisation around it, played so that each kind of frame and each address
//! is met, with a marker in everything that is sealed.

use actors::{
    Asked, Browser, Client, Counselor, Credentials, Enrolling, Intake, StaffMember, Supervisor,
    Tape,
};
use anyhow::{Context, Result};
use protocol::{
    About, AuditChain, AuditPage, AuditQuery, BadGroupBox, Body, ClientCommand, GroupKind, Id,
    OrgKeysPut, Role, StaffCommand,
};
use stories::{House, open_to};

pub(super) const IN_CHAT: &str = "PENANDA-OBROLAN-7391";
pub(super) const IN_REPLY: &str = "PENANDA-BALASAN-4410";
pub(super) const IN_NOTE: &str = "PENANDA-CATATAN-2846";
pub(super) const IN_REASON: &str = "PENANDA-ALASAN-4180";
pub(super) const IN_INTAKE: &str = "child_hurt";
pub(super) const PASSPHRASE: &str = "PENANDA sandi rahasia 5512";
pub(super) const EMAIL: &str = "penanda-surel-9914";
pub(super) const NAME: &str = "Wulan Penanda 3307";

/// Late at once, gone at once: nobody has to wait for it. Who says nothing for long stays here.
pub(super) const HASTE: [(&str, &str); 3] = [
    ("TEDUH_TIMES__ACKNOWLEDGE_LEVEL_3_S", "0"),
    ("TEDUH_TIMES__COUNSELOR_GONE_S", "0"),
    ("TEDUH_TIMES__PING_S", "600"),
];

/// A browser with its tape.
pub(super) fn taped(house: &House) -> (Browser, Tape) {
    let (mut browser, tape) = (house.browser(), Tape::default());
    browser.http = browser.http.taped(&tape);
    (browser, tape)
}

/// Everybody, each at a browser with a tape of its own.
pub(super) struct Cast {
    /// A client, her counselor's reply, note and call, and a supervisor.
    pub(super) rina: (Client, Tape),
    /// Another client, left behind.
    pub(super) tia: (Client, Tape),
    pub(super) dewi: (Counselor, Tape),
    pub(super) budi: (Counselor, Tape),
    pub(super) sari: (Supervisor, Tape),
    pub(super) mira: (Supervisor, Tape),
    pub(super) admin: (StaffMember, Tape),
    pub(super) wulan: Tape,
    /// What was typed and drawn that nobody else is to have.
    pub(super) secrets: Vec<String>,
}

impl Cast {
    /// Everybody signs in, and two clients open.
    pub(super) async fn gather(house: &House) -> Result<Self> {
        let people = &house.people;
        let counselor = |n: usize| people.counselors.get(n).context("two counselors");
        let supervisor = |n: usize| people.supervisors.get(n).context("two supervisors");
        let desk = async |who: &Credentials| -> Result<(Counselor, Tape)> {
            let (browser, tape) = taped(house);
            let member = StaffMember::sign_in(&browser, who.clone()).await?;
            Ok((Counselor::at_desk(member).await?, tape))
        };
        let supervises = async |who: &Credentials| -> Result<(Supervisor, Tape)> {
            let (browser, tape) = taped(house);
            let member = StaffMember::sign_in(&browser, who.clone()).await?;
            Ok((Supervisor::at_desk(member).await?, tape))
        };
        let about = vec![About::ChildHurt];
        let answers = Body::Intake { about, safe: None, child: None, prefer: None };
        let intake = Intake { answers: Some(answers), ..Intake::saying(IN_CHAT) };
        let (browser, rinas) = taped(house);
        let rina = open_to(&browser, house, &intake).await?;
        let (browser, tias) = taped(house);
        let tia = open_to(&browser, house, &Intake::saying("Halo.")).await?;
        let (browser, admins) = taped(house);
        let mut admin = StaffMember::sign_in(&browser, people.admin.clone()).await?;
        admin.fetch_org().await?;
        Ok(Self {
            rina: (rina, rinas),
            tia: (tia, tias),
            dewi: desk(counselor(0)?).await?,
            budi: desk(counselor(1)?).await?,
            sari: supervises(supervisor(0)?).await?,
            mira: supervises(supervisor(1)?).await?,
            admin: (admin, admins),
            wulan: Tape::default(),
            secrets: Vec::new(),
        })
    }

    /// Every tape, with whose it is.
    pub(super) fn tapes(&self) -> [(&'static str, &Tape); 8] {
        [
            ("rina", &self.rina.1),
            ("tia", &self.tia.1),
            ("dewi", &self.dewi.1),
            ("budi", &self.budi.1),
            ("sari", &self.sari.1),
            ("mira", &self.mira.1),
            ("admin", &self.admin.1),
            ("wulan", &self.wulan),
        ]
    }

    /// Every request that anybody made.
    pub(super) fn asked_for(&self) -> Vec<Asked> {
        self.tapes().iter().flat_map(|(_, tape)| tape.asked_for()).collect()
    }

    /// Two talks, a code, marks, notes, and a call.
    pub(super) async fn talk(&mut self) -> Result<()> {
        let Self { rina: (rina, _), dewi: (dewi, _), budi: (budi, _), tia: (tia, _), .. } = self;
        let code = rina.make_code().await?;
        self.secrets.extend([code.replace(' ', ""), code]);
        let case = dewi.claim_next().await?;
        dewi.note(case, IN_NOTE).await?;
        dewi.say(case, IN_REPLY).await?;
        rina.until_reads(IN_REPLY).await?;
        rina.read_all().await?;
        rina.say(IN_CHAT).await?;
        dewi.until_reads(case, IN_CHAT).await?;
        dewi.read_all(case).await?;
        rina.until(|client| client.chat.read_by_staff > 0).await?;
        rina.line()?.ask(ClientCommand::FetchAfter { seq: 0 }).await?;
        for lane in [1, 2] {
            let fetch = StaffCommand::FetchAfter { case_id: Id(case), lane, seq: 0 };
            dewi.line()?.ask(fetch).await?;
        }
        let other = budi.claim_next().await?;
        budi.say(other, IN_REPLY).await?;
        tia.until_reads(IN_REPLY).await?;
        budi.note(other, IN_NOTE).await?;
        dewi.escalate(case, 3, IN_REASON).await?;
        Ok(())
    }

    /// A supervisor opens, joins, leaves, comes again, takes over, and answers for it.
    pub(super) async fn supervise(&mut self) -> Result<()> {
        let Self { rina: (rina, _), dewi: (dewi, _), sari: (sari, _), .. } = self;
        let case = rina.case_id();
        let escalation = sari.until_of(case, |one| one.by_staff).await?;
        sari.until(|known| !known.pages.is_empty()).await?;
        let paged = sari.escalations.pages.last().context("a page")?.minute;
        sari.page_seen(paged).await?;
        sari.acknowledge(escalation).await?;
        sari.confirm().await?;
        sari.break_glass(case, "danger").await?;
        sari.join(case).await?;
        sari.say(case, IN_REPLY).await?;
        sari.note(case, IN_NOTE).await?;
        sari.leave(case).await?;
        rina.until(|client| client.session.joined.is_empty()).await?;
        sari.join(case).await?;
        sari.take_over(case).await?;
        dewi.until(|desk| !desk.cases.contains_key(&case)).await?;
        rina.say(IN_CHAT).await?;
        sari.until_desk(|desk| {
            desk.cases.get(&case).is_some_and(|held| held.chat.texts().ends_with(&[IN_CHAT]))
        })
        .await?;
        sari.own(escalation, None).await?;
        sari.resolve(escalation, "safe_now", None).await?;
        sari.reopen(escalation).await?;
        sari.own(escalation, None).await?;
        Ok(())
    }

    /// The other case is opened with a second supervisor, and then left behind and put back.
    pub(super) async fn leave_behind(&mut self) -> Result<()> {
        let Self { tia: (tia, _), budi: (budi, _), sari: (sari, _), mira: (mira, _), .. } = self;
        let case = tia.case_id();
        let asked = mira.break_glass(case, "complaint").await?.opening_id.0;
        sari.until(|known| known.openings.contains_key(&asked)).await?;
        sari.approve(asked).await?;
        mira.break_glass_as(asked, case, "complaint").await?;
        tia.until(|client| !client.session.opened.is_empty()).await?;
        tia.cut();
        budi.cut();
        mira.until(|known| known.is_left_behind(case)).await?;
        mira.break_glass(case, "left_behind").await?;
        mira.requeue(case).await?;
        budi.connect().await?;
        budi.claim_next().await?;
        tia.connect().await?;
        budi.until_reads(case, IN_REPLY).await?;
        budi.give_back(case).await?;
        Ok(())
    }

    /// A colleague enrols and leaves, keys change hands, the audit is read.
    pub(super) async fn organise(&mut self, house: &House) -> Result<()> {
        let (admin, sari) = (&mut self.admin.0, &mut self.sari.0);
        let (browser, tape) = taped(house);
        let invite = admin.invite(&[Role::Counselor]).await?;
        let person = Enrolling {
            invite: &invite,
            email: &format!("{EMAIL}@rumah-aman.example"),
            passphrase: PASSPHRASE,
            name: NAME,
            root: Some(house.people.root),
        };
        let wulan = StaffMember::enrol(&browser, person).await?;
        admin.sign_roster().await?;
        sari.member.settle().await?;
        let mut wulan = StaffMember::sign_in(&browser, wulan).await?;
        wulan.fetch_org().await?;
        wulan.refresh().await?;
        wulan.unlock().await?;
        let bad = BadGroupBox { kind: GroupKind::Team, generation: 1 };
        let http = &browser.http;
        http.raw("POST", "/api/staff/group-boxes/bad", Some(wulan.token()), json(&bad)?).await?;
        wulan.sign_out().await?;
        self.wulan = tape;
        self.secrets.push(invite);

        sari.renew_token().await?;
        let admin = &self.admin.0;
        let orgkeys = admin.seen()?.org.orgkeys.clone().context("orgkeys")?;
        let root_pk = protocol::PublicKey(house.people.root);
        let again = json(&OrgKeysPut { root_pk, orgkeys })?;
        admin.browser.http.raw("PUT", "/api/staff/orgkeys", Some(admin.token()), again).await?;
        let sari = &self.sari.0.member;
        let (http, token) = (&sari.browser.http, sari.token());
        let _: AuditChain = http.get_as(token, "/api/staff/audit/chain?after=0").await?;
        let _: AuditPage = http.post_as(token, "/api/staff/audit", &AuditQuery::default()).await?;
        self.sari.0.member.make_groups().await?;
        Ok(())
    }

    /// The client comes back with the code, ends and leaves by the exit.
    pub(super) async fn come_back(&mut self, house: &House) -> Result<()> {
        let code = self.secrets.first().context("a code")?.clone();
        let browser = &self.rina.0.browser;
        let mut rina = Client::come_back(browser, house.people.root, &code).await?;
        rina.connect().await?;
        rina.say(IN_CHAT).await?;
        rina.end().await?;
        rina.lock().await?;
        self.rina.0 = rina;
        Ok(())
    }
}

pub(super) fn json(body: &impl serde::Serialize) -> Result<Vec<u8>> {
    Ok(serde_json::to_vec(body)?)
}
