// What tests/vectors/dvc1.json holds; all hex unless a comment says otherwise.
export interface Dvc1 {
  note: string;
  code: string;
  org_id: string;
  org_salt: string;
  ck: string;
  cred: string;
  wrap_key: string;
  pepper: string;
  tag: string;
  csig_seed: string;
  ckem_sk: string;
  csig_pk: string;
  ckem_pk: string;
  case_id: string;
  wrap_nonce: string;
  client_wrap: string;
  staff_sig_seed: string;
  staff_sig_pk: string;
  staff_kem_sk: string;
  esc_sk: string;
  team_sk: string;
  kids: {
    csig: string;
    staff_sig: string;
    client: string;
    staff: string;
    team: string;
    esc: string;
  };
  records: RecordVector[];
  msgs: MessageVector[];
  root: {
    seed: string;
    sig_seed: string;
    pk: string;
    recovery_sk: string;
    recovery_pk: string;
    /** Twelve groups of digits. */
    fingerprint: string;
  };
  statement: { type: string; /** Text. */ payload: string; kid: string; sig: string };
  group_box: { kind: string; gen: number; ikmE: string; enc: string; ct: string };
  vault: {
    export_key: string;
    staff_id: string;
    ver: number;
    vk: string;
    nonce: string;
    /** Text. */
    plain: string;
    blob: string;
  };
  enrol: {
    inv: string;
    iid: string;
    iid_hash: string;
    imac: string;
    staff_id: string;
    q: string;
    sig: string;
    mac: string;
  };
  group_record: { kind: string; gen: number; roster_version: number; rec: string; sig: string };
  raise: {
    esc_id: string;
    level: number;
    /** Text. */
    reason: string;
    ikmE: string;
    rec: string;
    sig: string;
  };
  audit: { /** Text. */ entries: string[]; a: string[] };
  row: {
    key_id: number;
    key: string;
    nonce: string;
    table: string;
    row_key: string;
    column: string;
    /** Text. */
    plain: string;
    sealed: string;
  };
}

export interface RecordVector {
  lane: number;
  epoch: number;
  E: string;
  kc: string;
  body: string;
  hash: string;
  sig: string;
  boxes: { rtype: number; ikmE: string; box: string }[];
}

export interface MessageVector {
  lane: number;
  epoch: number;
  seq: number;
  msg_id: string;
  stype: number;
  kind: number;
  ctr: number;
  ts_ms: number;
  seen_seq: number;
  seen_th: string;
  /** Text. */
  body: string;
  sig: string;
  hdr: string;
  ct: string;
  th: string;
}
