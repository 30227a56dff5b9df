//! The vault changes by compare-and-set.

use protocol::{Blob, ErrorCode, VaultBlob};

use crate::teduh::{Teduh, refused};

#[tokio::test]
async fn a_vault_is_replaced_by_its_next_version_only() {
    let teduh = Teduh::start().await;
    let admin = teduh.first_admin().await;
    let http = teduh.browser().http;
    let put = async |version, byte| {
        let body = VaultBlob { version, blob: Blob(vec![byte; 100]) };
        http.tell_as(admin.token(), reqwest::Method::PUT, "/api/staff/vault", &body).await
    };
    put(2, 1).await.unwrap();
    put(2, 1).await.expect("the same again, after a lost answer");
    for (version, byte) in [(2, 2), (4, 2), (1, 2), (0, 2)] {
        assert_eq!(refused(put(version, byte).await), ErrorCode::Conflict, "{version}");
    }
    put(3, 2).await.unwrap();
}
