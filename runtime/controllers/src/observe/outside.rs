//! Connections to what an installation names: Prometheus, a scorer, the gateways of clusters. Their addresses come from the fleet
//! file, which is its owner's, so private networks and loopback are as good as any other. What no such service is at is refused,
//! also behind a name: link-local addresses, where clouds answer with the credentials of the machine.

use reqwest::{
    ClientBuilder, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect,
};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

/// A client that follows no redirect, uses no proxy and reaches no link-local address. Addresses are to be [`checked`] besides.
pub fn client(timeout: Duration) -> ClientBuilder {
    reqwest::Client::builder()
        .timeout(timeout)
        .connect_timeout(timeout)
        .redirect(redirect::Policy::none()) // what is sent is for this host alone
        .no_proxy()
        .dns_resolver(Arc::new(NotLinkLocal))
}

/// The same without credentials.
pub fn plain(timeout: Duration) -> reqwest::Client {
    client(timeout).build().expect("nothing of it comes from outside") // never the default: that follows redirects
}

/// An address, if it is one that may be asked.
pub fn checked(url: &str) -> Result<Url, String> {
    // What is wrong is said without the address: it may hold a password.
    let parsed = Url::parse(url).map_err(|error| format!("its address is none: {error}"))?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(format!("its address begins with `{}:`, not with http:// or https://", parsed.scheme()));
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err("its address holds a user; credentials are files".to_owned());
    }
    let host = parsed.host_str().unwrap_or_default();
    match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        Ok(address) if is_link_local(address) => Err(refusal(address)),
        _ => Ok(parsed),
    }
}

fn refusal(address: IpAddr) -> String {
    format!("{address} is link-local: clouds give credentials there, and no service of a fleet is there")
}

fn is_link_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_link_local(),
        // fd00:ec2::254 is the metadata service of AWS.
        IpAddr::V6(v6) => v6.is_unicast_link_local() || v6.segments()[..2] == [0xfd00, 0x0ec2],
    }
}

/// Names stand for their addresses that are not link-local.
struct NotLinkLocal;

impl Resolve for NotLinkLocal {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            match found.iter().find(|address| is_link_local(address.ip())) {
                // All of them: who answers with one such address is not to be trusted with the next question.
                Some(bad) => Err(refusal(bad.ip()).into()),
                None => Ok(Box::new(found.into_iter()) as Addrs),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{checked, is_link_local};

    #[test]
    fn only_services_are_asked() {
        for good in
            ["http://10.0.0.1:9090", "https://prometheus.monitoring:9090/base", "http://127.0.0.1:9090"]
        {
            assert!(checked(good).is_ok(), "{good}");
        }
        for (bad, why) in [
            ("file:///etc/passwd", "`file:`"),
            ("gopher://x/", "`gopher:`"),
            ("data:,1", "`data:`"),
            ("http://user:secret@prometheus/", "holds a user"),
            ("http://169.254.169.254/latest/meta-data", "link-local"),
            ("http://[fe80::1]/", "link-local"),
            ("http://[::ffff:169.254.169.254]/", "link-local"),
            ("http://[fd00:ec2::254]/", "link-local"),
            // Other ways to write 169.254.169.254, as browsers and curl read them.
            ("http://2852039166/", "link-local"),
            ("http://0xa9fea9fe/", "link-local"),
            ("http://0251.0376.0251.0376/", "link-local"),
            ("prometheus:9090", "`prometheus:`"),
            ("//prometheus", "none"),
        ] {
            let error = checked(bad).expect_err(bad);
            assert!(error.contains(why) && !error.contains("secret"), "{bad}: {error}");
        }
    }

    #[test]
    fn private_networks_are_as_good_as_any() {
        for address in ["10.0.0.1", "192.168.1.1", "127.0.0.1", "::1", "fd00::1", "8.8.8.8"] {
            assert!(!is_link_local(address.parse().expect("an address")), "{address}");
        }
    }
}
