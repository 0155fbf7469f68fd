//! Which Knative service of the input a URL means.

use super::knative::Service;

/// The Knative services of the input.
#[derive(Clone, Default, Debug)]
pub(super) struct Services(pub(super) Vec<Service>);

/// What a call goes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Target {
    /// The place of the service among all.
    pub(super) service: usize,
    /// The path and query behind the host; `/` is no path.
    pub(super) path: String,
}

impl Services {
    /// The service that answers to a URL, or to the `Host` that is sent with it: `http://alert.city.svc.cluster.local`,
    /// `alert.city.fn.example`. A name alone is one of the caller's namespace.
    pub(super) fn find(&self, url: &str, host: Option<&str>, namespace: Option<&str>) -> Option<Target> {
        let (authority, path) = split(url);
        let host = host.unwrap_or(authority);
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        let host = host.split(':').next().unwrap_or(host);
        let mut labels = host.split('.');
        let (name, of) = (labels.next()?, labels.next());
        let service = self.0.iter().position(|service| {
            let same_namespace = match of {
                None => service.namespace.as_deref() == namespace,
                Some(of) => service.namespace.as_deref().is_none_or(|known| known == of),
            };
            service.name == name && same_namespace
        })?;
        Some(Target { service, path: path.to_owned() })
    }
}

/// The host and port of a URL, and what follows them: `""` for `/`.
fn split(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(at);
    (authority, if path == "/" { "" } else { path })
}

/// A name for the function behind a URL that no service of the input answers to: the first label of its host.
pub(super) fn name_of(url: &str, host: Option<&str>) -> Option<String> {
    let (authority, _) = split(url);
    let name = host.unwrap_or(authority).split(['.', ':']).next()?;
    let is_name = name.chars().any(|c| c.is_ascii_alphabetic()) && !name.contains("{{");
    is_name.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Services, name_of};
    use crate::import::knative::Service;

    fn services() -> Services {
        let service = |name: &str, namespace: Option<&str>| Service {
            name: name.to_owned(),
            namespace: namespace.map(str::to_owned),
            function: crate::spec::Function::default(),
            patch: None,
            left: Vec::new(),
        };
        Services(vec![service("alert", Some("city")), service("record", None)])
    }

    #[test]
    fn a_service_answers_to_its_hosts() {
        for (url, host, namespace, expected) in [
            ("http://alert.city.svc.cluster.local", None, None, Some((0, ""))),
            ("http://alert.city.svc:80/", None, None, Some((0, ""))),
            ("https://alert.city.fn.example/a?b=1", None, None, Some((0, "/a?b=1"))),
            ("http://alert", None, Some("city"), Some((0, ""))),
            ("http://alert", None, Some("other"), None),
            ("http://alert.other.svc", None, None, None),
            ("http://10.0.0.7:31080/x", Some("alert.city.fn.example"), None, Some((0, "/x"))),
            ("http://record.anywhere.svc", None, None, Some((1, ""))),
            ("http://nobody.city.svc", None, None, None),
        ] {
            let found = services().find(url, host, namespace).map(|target| (target.service, target.path));
            assert_eq!(found, expected.map(|(service, path)| (service, path.to_owned())), "{url}");
        }
        assert_eq!(
            name_of("http://http-server.argo-events.svc:8090/hello", None).as_deref(),
            Some("http-server")
        );
        assert_eq!(name_of("http://10.0.0.7:80", None), None);
    }
}
