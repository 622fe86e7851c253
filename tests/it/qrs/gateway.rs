//! The monitor of a gateway, which packs the gateway's logs itself.

use std::io::{Read, Write};

use tempfile::TempDir;

use crate::support::{collect, sense_2018};

#[test]
fn the_monitor_of_a_gateway_gives_its_logs() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("bound").port().to_string();
    let server = std::thread::spawn(move || {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("agent.log", zip::write::SimpleFileOptions::default()).expect("memory");
        zip.write_all(b"started\nPassword=Umber44-Trellis;x=1\n").expect("memory");
        let body = zip.finish().expect("memory").into_inner();
        let (mut stream, _) = listener.accept().expect("one comes");
        let mut request = [0; 4096];
        let length = stream.read(&mut request).expect("it asks");
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), &body].concat()).expect("it reads");
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    let folder = TempDir::new().expect("temporary folder");
    let host = sense_2018().with_file_name("data-gateway-direct-access-1-7");
    let (bundle, ran) = collect(&host, folder.path(), &["--qrs", "--gateway-monitor-port", &port]);
    let line = bundle.line("GET /logs/download");
    assert_eq!(
        (line["outcome"].as_str(), line["category"].as_str()),
        (Some("collected"), Some("logs")),
        "{line}\n{ran}"
    );
    let request = server.join().expect("it was asked");
    assert!(request.starts_with("GET /logs/download?start=20") && !request.contains("xrfkey="), "{request}");
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bundle.bytes("GET /logs/download").to_vec()))
        .expect("a zip");
    let log = std::io::read_to_string(zip.by_index(0).expect("one file")).expect("text");
    assert!(log.starts_with("started\nPassword=REDACTED_"), "{log}");
}
