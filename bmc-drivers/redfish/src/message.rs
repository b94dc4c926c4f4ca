//! What a BMC says in an error body (DSP0266, "Error responses"): the most severe message, in a form fit to be quoted. A body
//! that is not such a document is not quoted at all.

use bmc_core::{BmcMessage, Secret};
use serde_json::Value;

/// Error bodies are small; more is not searched.
const SEARCHED: usize = 64 << 10;

/// The BMC's reason, without the password should the BMC repeat it.
pub(crate) fn quote(body: &[u8], password: Option<&Secret>) -> BmcMessage {
    let document: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let password = password.map(Secret::expose).filter(|p| !p.is_empty());
    let without = |text: &str| match password {
        Some(password) => text.replace(password, "***"),
        None => text.to_owned(),
    };
    let text = reason(&document, &without).unwrap_or_default();
    // Cleaning takes invisible characters out, and may so put together what they kept apart.
    let clean = BmcMessage::new(&without(&text));
    BmcMessage::new(&without(clean.as_str()))
}

/// Whether the error body holds all of these words.
pub(crate) fn says(body: &[u8], words: &[&str]) -> bool {
    let text = String::from_utf8_lossy(&body[..body.len().min(SEARCHED)]);
    words.iter().all(|word| text.contains(word))
}

fn reason(document: &Value, without: &impl Fn(&str) -> String) -> Option<String> {
    let error = document.get("error").unwrap_or(document);
    let infos: Vec<&Value> = match error.get("@Message.ExtendedInfo") {
        Some(Value::Array(list)) => list.iter().collect(),
        // Some iDRAC releases send one object instead of a list.
        Some(one @ Value::Object(_)) => vec![one],
        _ => Vec::new(),
    };
    let worst = infos
        .iter()
        .filter_map(|info| Some((severity(info), words(info, without)?)));
    let worst = worst.fold(None, |worst: Option<(u8, String)>, next| match worst {
        Some(worst) if worst.0 >= next.0 => Some(worst),
        _ => Some(next),
    });
    let plain = || {
        error
            .get("message")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    worst.map(|(_, words)| words).or_else(plain)
}

fn severity(info: &Value) -> u8 {
    let word = info
        .get("MessageSeverity")
        .or_else(|| info.get("Severity"))
        .and_then(Value::as_str);
    let general = info
        .get("MessageId")
        .and_then(Value::as_str)
        .is_some_and(|id| id.ends_with("GeneralError"));
    match word {
        _ if general => 0,
        Some("Critical") => 4,
        Some("Warning") => 3,
        None => 2,
        Some(_) => 1,
    }
}

/// Message and id of an entry; the password goes before the text is cut, so that no half of it stays.
fn words(info: &Value, without: &impl Fn(&str) -> String) -> Option<String> {
    let text = |key| {
        info.get(key)
            .and_then(Value::as_str)
            .filter(|text| !text.trim().is_empty())
    };
    let id: Option<String> = text("MessageId").map(|id| id.chars().take(100).collect());
    match (text("Message"), id) {
        // The id is what manuals explain: a long message must not push it out.
        (Some(message), Some(id)) => Some(format!(
            "{} ({id})",
            without(message).chars().take(190).collect::<String>()
        )),
        (message, id) => message.map(str::to_owned).or(id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(body: &str) -> String {
        quote(body.as_bytes(), None).as_str().to_owned()
    }

    #[test]
    fn the_most_severe_message_is_quoted() {
        let body = r#"{"error":{"code":"Base.1.0.GeneralError","message":"see ExtendedInfo","@Message.ExtendedInfo":[
            {"MessageId":"Base.1.8.Success","Message":"fine","Severity":"OK"},
            {"MessageId":"IDRAC.2.4.PSU501","Message":"Host is powered off.","MessageSeverity":"Critical"},
            {"Message":"less","Severity":"Warning"}]}}"#;
        assert_eq!(quoted(body), "Host is powered off. (IDRAC.2.4.PSU501)");
    }

    #[test]
    fn one_object_instead_of_a_list_and_bare_messages() {
        assert_eq!(
            quoted(r#"{"error":{"@Message.ExtendedInfo":{"Message":"SYS518"}}}"#),
            "SYS518"
        );
        assert_eq!(
            quoted(r#"{"error":{"message":"no such\nthing"}}"#),
            "no such thing"
        );
        assert_eq!(
            quoted(r#"{"@Message.ExtendedInfo":[{"MessageId":"Base.1.0.Only"}]}"#),
            "Base.1.0.Only"
        );
    }

    #[test]
    fn what_is_no_error_document_is_not_quoted() {
        for body in [
            "<html>secret</html>",
            "",
            "[1]",
            r#"{"error":7}"#,
            r#"{"error":{"@Message.ExtendedInfo":[null,3]}}"#,
        ] {
            assert_eq!(quoted(body), "", "{body}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_make_a_short_line(body: Vec<u8>) {
            let said = quote(&body, None);
            proptest::prop_assert!(said.as_str().chars().count() <= 300 && !said.as_str().contains('\n'));
        }

        #[test]
        fn any_text_makes_a_short_line(text: String, id: String) {
            let body = serde_json::json!({"error": {"@Message.ExtendedInfo": [{"Message": text, "MessageId": id}]}});
            let said = quote(body.to_string().as_bytes(), None);
            proptest::prop_assert!(said.as_str().chars().count() <= 300 && !said.as_str().chars().any(char::is_control));
        }
    }

    #[test]
    fn a_repeated_password_is_taken_out() {
        let body = r#"{"error":{"message":"value hunter2 is too short"}}"#;
        assert_eq!(
            quote(body.as_bytes(), Some(&Secret::from("hunter2"))).as_str(),
            "value *** is too short"
        );
        let long = format!("{}hunter2", "x".repeat(185));
        for (message, shown) in [("hunt\u{200b}er2", "***"), (long.as_str(), "***")] {
            let body = serde_json::json!({"error": {"@Message.ExtendedInfo": [{"Message": message, "MessageId": "A.1"}]}});
            let said = quote(body.to_string().as_bytes(), Some(&Secret::from("hunter2")));
            assert!(said.as_str().contains(shown) && !said.as_str().contains("hunt"));
        }
    }
}
