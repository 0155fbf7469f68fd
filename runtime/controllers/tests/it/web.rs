//! Small servers that do what a test wants of them, byte by byte.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// A server; it ends with the process.
pub struct Server {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl Server {
    /// One that gets the head of each request and the connection.
    pub fn new(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (asked, answer) = (Arc::new(AtomicUsize::new(0)), Arc::new(answer));
        let counted = asked.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, answer) = (stream.expect("a connection"), answer.clone());
                counted.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || {
                    let mut head = Vec::new();
                    let mut byte = [0];
                    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
                        head.extend(byte);
                    }
                    answer(&String::from_utf8_lossy(&head), &mut stream);
                });
            }
        });
        Self { address, asked }
    }

    /// One that answers all the same.
    pub fn answering(status: &str, headers: &str, body: &str) -> Self {
        let text = response(status, headers, body);
        Self::new(move |_, stream| send(stream, text.as_bytes()))
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections it got.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// A whole answer. `headers` end with a line break each.
pub fn response(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

/// Sends, whether anybody listens or not.
pub fn send(stream: &mut TcpStream, bytes: &[u8]) {
    let _ = stream.write_all(bytes); // who was refused has gone
}
