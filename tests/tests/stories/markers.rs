//! What was typed stands nowhere.

use actors::{Client, Counselor, Enrolling, Intake, StaffMember, Tape};
use anyhow::{Context, Result, ensure};
use stories::{Engine, House, find_marker, find_markers, on_both_engines, open_to};

/// Marker strings in chat, note, reason of a raise, code and passphrase are in no file of the database, in no log, in no
/// body and no frame; the same search finds a marker that is planted.
async fn markers_stand_in_no_file_and_no_log(engine: Engine) -> Result<()> {
    let house = House::open(engine).await?;
    let (in_chat, in_note) = ("PENANDA-OBROLAN-7391", "PENANDA-CATATAN-2846");
    let in_reason = "PENANDA-ALASAN-4180";
    let passphrase = "PENANDA sandi rahasia 5512";
    let tape = Tape::default();
    let mut browser = house.browser();
    browser.http = browser.http.taped(&tape);
    let mut client = open_to(&browser, &house, &Intake::saying(in_chat)).await?;
    let code = client.make_code().await?;
    let credentials = house.people.counselors.first().context("a counselor")?.clone();
    let mut dewi = Counselor::at_desk(StaffMember::sign_in(&browser, credentials).await?).await?;
    let case = dewi.claim_next().await?;
    dewi.note(case, in_note).await?;
    dewi.say(case, in_chat).await?;
    dewi.escalate(case, 3, in_reason).await?;
    client.until(|client| client.chat.texts().len() == 2).await?;
    Client::come_back(&browser, house.people.root, &code).await?.connect().await?;

    let mut admin = house.admin().await?;
    let invite = admin.invite(&[protocol::Role::Counselor]).await?;
    let person = Enrolling {
        invite: &invite,
        email: "penanda-surel-9914@rumah-aman.example",
        passphrase,
        name: "Wulan",
        root: Some(house.people.root),
    };
    let wulan = StaffMember::enrol(&browser, person).await?;
    StaffMember::sign_in(&browser, wulan).await?;

    std::fs::write(house.folder().join("log"), house.service.log())?;
    std::fs::write(house.folder().join("tape"), [tape.said(), tape.heard()].concat())?;
    let digits = code.replace(' ', "");
    let markers = [in_chat, in_note, in_reason, passphrase, &code, &digits, &invite];
    let pg = house.postgres.as_ref().map(stories::Postgres::data);
    let mut folders = vec![house.folder()];
    folders.extend(pg.as_deref());
    let found = find_markers(&folders, &markers)?;
    ensure!(found.is_empty(), "{found:?}");
    // The address goes to the service, at enrolment and sign-in; it stands in no file of it.
    let mut found = find_marker(&folders, "penanda-surel-9914")?;
    found.retain(|found| found.file != house.folder().join("tape"));
    ensure!(found.is_empty(), "the address in {found:?}");
    plant(&house, &folders)
}

fn plant(house: &House, folders: &[&std::path::Path]) -> Result<()> {
    use base64::Engine as _;
    let marker = "PENANDA-TANAM-6620";
    let utf16: Vec<u8> = marker.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let base64 = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let planted = [
        ("plain", marker.as_bytes().to_vec()),
        ("UTF-16 LE", utf16),
        ("hex", hex::encode(marker).into_bytes()),
        ("base64url", base64.encode(format!("..{marker}..")).into_bytes()),
    ];
    for (form, bytes) in planted {
        let file = house.service.data().join("planted");
        std::fs::write(&file, bytes)?;
        let found = find_marker(folders, marker)?;
        ensure!(found.iter().any(|f| f.form == form && f.file == file), "{form}: {found:?}");
        std::fs::remove_file(file)?;
    }
    Ok(())
}

on_both_engines!(markers_stand_in_no_file_and_no_log);
