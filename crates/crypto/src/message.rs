//! Messages: header, padded inner text, envelope, and the transcript hash.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::base64url;
use crate::encode::{self, EncodingError, Len, c};
use crate::epoch::{CreatorKind, EpochKey, LaneKind, split_key};
use crate::gcm;
use crate::hash::{h, hkdf};
use crate::sign::{self, SigningKey};
use crate::{Hash, Id, PublicKey, Secret, Signature};

/// The six sizes of an inner text; anything longer is refused.
pub const SIZES: [usize; 6] = [512, 1024, 2048, 4096, 8192, 16384];

/// The bytes of an inner text before its body.
const FIXED: usize = 1 + 4 + 8 + 8 + 32 + 64 + 4;

/// The longest body in bytes.
pub const MAX_BODY: usize = 16384 - FIXED;

/// Why a message is refused: "a message is missing or was changed".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// The header is no `C("hdr/msg", ..)`.
    #[error(transparent)]
    C(#[from] EncodingError),
    /// Another organisation, case or lane, or a number without a meaning.
    #[error("M1: another organisation, case or lane")]
    M1Place,
    /// The seq is not the one after the last.
    #[error("M2: a seq is missing or comes again")]
    M2Seq,
    /// No accepted record has this epoch.
    #[error("M3: an unknown epoch")]
    M3Epoch,
    /// Not the client, and no staff reader of this epoch; or the client in lane 2.
    #[error("M4: a sender who may not write here")]
    M4Sender,
    /// Another key, or the bytes were changed.
    #[error("M5: does not open")]
    M5Open,
    /// The inner text does not have one of the six sizes.
    #[error("M6: not one of the six sizes")]
    M6Size,
    /// The inner text is of another version.
    #[error("M7: another version of the inner text")]
    M7Version,
    /// The body's length does not fit, the fill is not zero, or a smaller size would do.
    #[error("M8: the length or the fill is wrong")]
    M8Fill,
    /// The signature is not the sender's.
    #[error("M9: bad signature")]
    M9Signature,
    /// The message id came before.
    #[error("M10: a message id comes again")]
    M10Repeated,
    /// The counter is not above the sender's last.
    #[error("M11: the sender's counter does not rise")]
    M11Counter,
    /// The sender saw another transcript.
    #[error("M12: the sender saw another transcript")]
    M12Transcript,
    /// The body is not UTF-8.
    #[error("M13: the body is not text")]
    M13Text,
    /// The epoch is below that of an earlier message.
    #[error("M14: the epoch falls along the transcript")]
    M14EpochFalls,
    /// The body is longer than [`MAX_BODY`].
    #[error("M15: too long to be sent")]
    M15TooLong,
    /// Only the leaf is left of it, though an older message is whole.
    #[error("M16: gone, though an older message is whole")]
    M16Gone,
}

/// What a message says in clear; it is the AAD of the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The organisation.
    pub org_id: Id,
    /// The case.
    pub case_id: Id,
    /// The lane.
    pub lane: LaneKind,
    /// The epoch whose key seals it.
    pub epoch: u32,
    /// Made once by the sender, kept over every retry.
    pub msg_id: Id,
    /// Client or staff.
    pub sender_kind: CreatorKind,
    /// The sender's signing key.
    pub sender: Id,
    /// 1 text, 2 signal, 3 card, 4 end, 5 note, 6 document, 7 whisper, 8 intake, 9 consent,
    /// 10 hello; an unknown one is shown as "sent by a newer version".
    pub kind: u8,
}

impl Header {
    /// `C("hdr/msg", ..)`.
    pub fn to_bytes(&self) -> Vec<u8> {
        c(
            "hdr/msg",
            &[
                &self.org_id,
                &self.case_id,
                &[self.lane.as_u8()],
                &self.epoch.to_be_bytes(),
                &self.msg_id,
                &[self.sender_kind.as_u8()],
                &self.sender,
                &[self.kind],
            ],
        )
    }

    /// Parses `C("hdr/msg", ..)` strictly.
    pub fn parse(bytes: &[u8]) -> Result<Self, MessageError> {
        let (id, one) = (Len::Is(16), Len::Is(1));
        let lengths = [id, id, one, Len::Is(4), id, one, id, one];
        let [org, case, lane, epoch, msg_id, sender_kind, sender, kind] =
            encode::parse("hdr/msg", lengths, bytes)?;
        let number = |field: &[u8]| encode::fixed::<1>(field).map(|[number]| number);
        Ok(Self {
            org_id: encode::fixed(org)?,
            case_id: encode::fixed(case)?,
            lane: LaneKind::from_u8(number(lane)?).ok_or(MessageError::M1Place)?,
            epoch: u32::from_be_bytes(encode::fixed(epoch)?),
            msg_id: encode::fixed(msg_id)?,
            sender_kind: CreatorKind::from_u8(number(sender_kind)?).ok_or(MessageError::M1Place)?,
            sender: encode::fixed(sender)?,
            kind: number(kind)?,
        })
    }
}

/// What a message says under its seal.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// Rises with each message of a sender in a lane.
    pub ctr: u32,
    /// The sender's clock, Unix milliseconds.
    pub ts_ms: u64,
    /// The newest seq that the sender has seen.
    pub seen_seq: u64,
    /// The transcript hash at that seq.
    pub seen_th: Hash,
    /// UTF-8 JSON, typed in `protocol`.
    pub body: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Content").field("ctr", &self.ctr).finish_non_exhaustive()
    }
}

/// A message as it travels.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The header's bytes.
    #[serde(rename = "h", with = "base64url::bytes")]
    pub header: Vec<u8>,
    /// The sealed inner text.
    #[serde(rename = "c", with = "base64url::bytes")]
    pub ct: Vec<u8>,
}

impl std::fmt::Debug for Envelope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Envelope").field("ct_len", &self.ct.len()).finish_non_exhaustive()
    }
}

impl Envelope {
    /// `H(ct)`, which the server returns with `stored`.
    pub fn ct_hash(&self) -> Hash {
        h(&self.ct)
    }

    /// The message's leaf in the transcript.
    pub fn leaf(&self) -> Hash {
        leaf(&self.header, &self.ct_hash())
    }
}

/// Seals a message. Never call it twice with one (epoch, `msg_id`) and different contents.
pub fn seal(
    header: &Header,
    content: &Content,
    key: &EpochKey,
    sender: &SigningKey,
) -> Result<Envelope, MessageError> {
    let hdr = header.to_bytes();
    let sig = sender.sign(&signed_text(&hdr, content));
    let inner = pad(content, &sig)?;
    let (k, n) = message_key(key, header);
    let ct = gcm::seal(k.expose(), &n, &hdr, &inner);
    Ok(Envelope { header: hdr, ct })
}

/// Opens a message and checks its inner form: rules M5 to M8 and M13. The signature comes next.
pub fn open(
    header: &Header,
    envelope: &Envelope,
    key: &EpochKey,
) -> Result<(Content, Signature), MessageError> {
    let (k, n) = message_key(key, header);
    let inner = gcm::open(k.expose(), &n, &envelope.header, &envelope.ct)
        .map(Zeroizing::new)
        .map_err(|_| MessageError::M5Open)?;
    unpad(&inner)
}

/// Verifies the sender's signature: rule M9.
pub fn verify(
    envelope: &Envelope,
    content: &Content,
    signature: &Signature,
    sender: &PublicKey,
) -> Result<(), MessageError> {
    sign::verify(sender, &signed_text(&envelope.header, content), signature)
        .map_err(|_| MessageError::M9Signature)
}

fn message_key(key: &EpochKey, header: &Header) -> (Secret<32>, [u8; 12]) {
    let info = c(
        "msg/key",
        &[&[header.lane.as_u8()], &header.epoch.to_be_bytes(), &header.sender, &header.msg_id],
    );
    split_key(&hkdf(key.secret().expose(), &header.case_id, &info))
}

fn signed_text(header: &[u8], content: &Content) -> Vec<u8> {
    c(
        "sig/msg",
        &[
            header,
            &content.ctr.to_be_bytes(),
            &content.ts_ms.to_be_bytes(),
            &content.seen_seq.to_be_bytes(),
            &content.seen_th,
            &h(&content.body),
        ],
    )
}

/// `u8 1 || u32 ctr || u64 ts || u64 seen_seq || th || sig || u32 len || body || zeros`.
fn pad(content: &Content, sig: &Signature) -> Result<Zeroizing<Vec<u8>>, MessageError> {
    let needed = FIXED.saturating_add(content.body.len());
    let size = size_for(needed).ok_or(MessageError::M15TooLong)?;
    let len = u32::try_from(content.body.len()).map_err(|_| MessageError::M15TooLong)?;
    let mut inner = Zeroizing::new(Vec::with_capacity(size));
    inner.push(1);
    inner.extend_from_slice(&content.ctr.to_be_bytes());
    inner.extend_from_slice(&content.ts_ms.to_be_bytes());
    inner.extend_from_slice(&content.seen_seq.to_be_bytes());
    inner.extend_from_slice(&content.seen_th);
    inner.extend_from_slice(sig);
    inner.extend_from_slice(&len.to_be_bytes());
    inner.extend_from_slice(&content.body);
    inner.resize(size, 0);
    Ok(inner)
}

fn size_for(needed: usize) -> Option<usize> {
    SIZES.into_iter().find(|size| *size >= needed)
}

fn unpad(inner: &[u8]) -> Result<(Content, Signature), MessageError> {
    if !SIZES.contains(&inner.len()) {
        return Err(MessageError::M6Size);
    }
    let ([version], rest) = take::<1>(inner)?;
    if version != 1 {
        return Err(MessageError::M7Version);
    }
    let (ctr, rest) = take(rest)?;
    let (ts, rest) = take(rest)?;
    let (seen_seq, rest) = take(rest)?;
    let (seen_th, rest) = take(rest)?;
    let (sig, rest) = take(rest)?;
    let (len, rest) = take(rest)?;
    let len = usize::try_from(u32::from_be_bytes(len)).map_err(|_| MessageError::M8Fill)?;
    let (body, fill) = rest.split_at_checked(len).ok_or(MessageError::M8Fill)?;
    let fits = size_for(FIXED.saturating_add(len)) == Some(inner.len());
    if !fits || fill.iter().any(|byte| *byte != 0) {
        return Err(MessageError::M8Fill);
    }
    if std::str::from_utf8(body).is_err() {
        return Err(MessageError::M13Text);
    }
    let content = Content {
        ctr: u32::from_be_bytes(ctr),
        ts_ms: u64::from_be_bytes(ts),
        seen_seq: u64::from_be_bytes(seen_seq),
        seen_th,
        body: Zeroizing::new(body.to_vec()),
    };
    Ok((content, sig))
}

fn take<const N: usize>(bytes: &[u8]) -> Result<([u8; N], &[u8]), MessageError> {
    bytes.split_first_chunk::<N>().map(|(head, rest)| (*head, rest)).ok_or(MessageError::M6Size)
}

/// `th_0 = H(C("th0", case_id, lane))`.
pub fn th_start(case_id: &Id, lane: LaneKind) -> Hash {
    h(&c("th0", &[case_id, &[lane.as_u8()]]))
}

/// `leaf = H(C("leaf", hdr, H(ct)))`.
pub fn leaf(header: &[u8], ct_hash: &Hash) -> Hash {
    h(&c("leaf", &[header, ct_hash]))
}

/// `th_n = H(C("th", th_{n-1}, u64 seq_n, leaf))`.
pub fn th_next(previous: &Hash, seq: u64, leaf: &Hash) -> Hash {
    h(&c("th", &[previous, &seq.to_be_bytes(), leaf]))
}
