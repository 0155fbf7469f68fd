//! The client's messages, without what is none.
//!
//! `tower-lsp` stops serving at the first message that it cannot read. A client with a mistake loses that message here,
//! and nothing else: it is told so in its log.

use serde::{Deserialize, de::IgnoredAny};
use std::{borrow::Cow, io};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tower_lsp::jsonrpc;

/// The notification that takes the place of a message that is none.
pub(crate) const MALFORMED: &str = "efl/malformed";

/// Its parameters.
#[derive(Debug, Deserialize)]
pub(crate) struct Malformed {
    /// Why it is none.
    pub(crate) reason: String,
}

/// Hands on every message until the client says nothing more, or nobody listens.
pub(crate) async fn forward(
    input: impl AsyncRead + Unpin,
    mut output: impl AsyncWrite + Unpin,
) -> io::Result<()> {
    let mut input = BufReader::with_capacity(1 << 16, input);
    while let Some(body) = body(&mut input).await? {
        match check(&body) {
            Ok(()) => send(&mut output, &body).await?,
            Err(reason) => {
                let params = serde_json::json!({ "reason": reason });
                let message = serde_json::json!({ "jsonrpc": "2.0", "method": MALFORMED, "params": params });
                send(&mut output, message.to_string().as_bytes()).await?;
            }
        }
    }
    Ok(())
}

async fn send(output: &mut (impl AsyncWrite + Unpin), body: &[u8]) -> io::Result<()> {
    output.write_all(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes()).await?;
    output.write_all(body).await
}

/// The body of the next message; `None` at the end. Lines that are no header are passed over.
async fn body(input: &mut (impl AsyncBufReadExt + Unpin)) -> io::Result<Option<Vec<u8>>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line).await? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        match line.trim_end() {
            "" => {
                if let Some(length) = length {
                    // What a client announces is not believed: memory is taken as bytes come.
                    let mut body = Vec::new();
                    input.take(length).read_to_end(&mut body).await?;
                    return Ok((body.len() as u64 == length).then_some(body));
                }
            }
            // The end of a body that was longer than announced may stand before it.
            header => {
                let header = header.to_ascii_lowercase();
                if let Some((_, value)) = header.rsplit_once("content-length:") {
                    length = value.trim().parse().ok();
                }
            }
        }
    }
}

/// What tells a request, a notification and an answer from anything else.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    jsonrpc: Cow<'a, str>,
    #[serde(borrow, default)]
    method: Option<Cow<'a, str>>,
    #[serde(default)]
    id: Option<jsonrpc::Id>,
    #[serde(default)]
    result: Option<IgnoredAny>,
    #[serde(default)]
    error: Option<jsonrpc::Error>,
}

/// Whether a body is a message.
fn check(body: &[u8]) -> Result<(), String> {
    let message: Envelope<'_> = serde_json::from_slice(body).map_err(|e| e.to_string())?;
    if message.jsonrpc != "2.0" {
        return Err(format!("the version of JSON-RPC is `{}`", message.jsonrpc));
    }
    // The result of an answer may be null, which is none here.
    let answer = message.result.is_some() || message.error.is_some() || message.id.is_some();
    if message.method.is_some() || answer { Ok(()) } else { Err("there is no method".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::{body, check};
    use tokio::io::BufReader;

    #[test]
    fn messages_are_told_from_the_rest() {
        for good in [
            r#"{"jsonrpc":"2.0","method":"exit"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"a","params":[]}"#,
            r#"{"jsonrpc":"2.0","id":"a","result":null}"#,
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}}"#,
        ] {
            assert_eq!(check(good.as_bytes()), Ok(()), "{good}");
        }
        for bad in [
            "",
            "[]",
            "{}",
            "no",
            r#"{"jsonrpc":"1.0","method":"exit"}"#,
            r#"{"jsonrpc":"2.0"}"#,
            "\u{FEFF}{}",
        ] {
            assert!(check(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(check(b"\xff\xfe").is_err());
    }

    #[test]
    fn headers_are_found_among_rubbish() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let text = b"\r\nrubbish\r\n\r\ncontent-length: 2\r\nContent-Type: x\r\n\r\nabContent-Length: 9\r\n\r\nshort";
        let mut input = BufReader::new(&text[..]);
        let mut next = || runtime.block_on(body(&mut input)).unwrap();
        assert_eq!((next(), next(), next()), (Some(b"ab".to_vec()), None, None));
    }
}
