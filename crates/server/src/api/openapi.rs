//! `GET /api/openapi.json`: every address of the REST interface with its bodies.

use axum::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{
    enrol, org, refresh, return_, session_code, session_lock, sessions, sign_in, sign_out, staff,
};

#[derive(OpenApi)]
#[openapi(
    info(title = "Teduh", description = "REST interface; frames of /ws: docs/protocol.md"),
    paths(
        org::get,
        sessions::open,
        session_code::put,
        session_lock::lock,
        return_::return_,
        enrol::start::start,
        enrol::finish::finish,
        sign_in::start::start,
        sign_in::finish::finish,
        sign_in::totp::totp,
        refresh::refresh,
        sign_out::sign_out,
        staff::org::org,
        staff::audit::chain,
        staff::audit::entries,
        staff::unlock::start,
        staff::unlock::finish,
        staff::vault::put,
        staff::group_boxes::post,
        staff::group_boxes::bad,
        staff::renewals::post,
        staff::groups::post,
        staff::invites::post,
        staff::orgkeys::put,
        staff::roster::put,
    ),
    modifiers(&AccessToken)
)]
struct Api;

struct AccessToken;

impl Modify for AccessToken {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        api.components.get_or_insert_default().add_security_scheme("token", scheme);
    }
}

/// The document, as `docs/openapi.json` holds it.
pub fn document() -> String {
    let mut text = Api::openapi().to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

pub(crate) async fn openapi() -> ([(HeaderName, HeaderValue); 1], String) {
    ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], document())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn it_has_the_addresses_of_the_protocol_page_and_no_others() {
        let page = include_str!("../../../../docs/protocol.md");
        let written: BTreeSet<(String, String)> = page
            .split('`')
            .filter_map(|code| code.split_once(' '))
            .filter(|(_, path)| path.starts_with("/api/"))
            .map(|(method, path)| (method.to_lowercase(), path.to_owned()))
            // "`POST /api/staff/unlock/start`, `/finish`" names the second by its end.
            .chain([("post".to_owned(), "/api/staff/unlock/finish".to_owned())])
            .collect();
        let api: serde_json::Value = serde_json::from_str(&super::document()).unwrap();
        let described: BTreeSet<(String, String)> = api["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, methods)| {
                methods.as_object().unwrap().keys().map(|method| (method.clone(), path.clone()))
            })
            .collect();
        assert_eq!(described, written);
    }

    #[test]
    fn each_operation_has_a_name_of_its_own() {
        let api: serde_json::Value = serde_json::from_str(&super::document()).unwrap();
        let paths = api["paths"].as_object().unwrap().values();
        let operations = paths.flat_map(|methods| methods.as_object().unwrap().values());
        let names: Vec<_> = operations.map(|operation| operation["operationId"].as_str()).collect();
        let distinct: BTreeSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len());
    }
}
