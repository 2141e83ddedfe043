package lab

import (
	"bytes"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"time"

	"golang.org/x/crypto/ssh"
)

// key returns a private key that is the same in every run, so that documents can show
// its fingerprint.
func key(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
}

// ServeSSH exchanges keys with SSH clients, and accepts no login. It returns when ln is
// closed.
func ServeSSH(ln net.Listener, version string) {
	signer, err := ssh.NewSignerFromKey(key(1))
	if err != nil {
		panic(err) // a key of a constant seed
	}
	config := &ssh.ServerConfig{
		ServerVersion: "SSH-2.0-" + version,
		PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) {
			return nil, fmt.Errorf("no logins")
		},
	}
	config.AddHostKey(signer)
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(10 * time.Second))
			_, _, _, _ = ssh.NewServerConn(conn, config)
		}()
	}
}

// ServeHTTP serves a page. It returns when ln is closed.
func ServeHTTP(ln net.Listener, server, title string) {
	s := &http.Server{
		ErrorLog:    log.New(io.Discard, "", 0),
		ReadTimeout: 10 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Server", server)
			fmt.Fprintf(w, "<!doctype html><title>%s</title>\n", title)
		}),
	}
	_ = s.Serve(ln)
	s.Close()
}

// ListenTLS returns a listener of TLS with a self-signed certificate.
func ListenTLS(ln net.Listener, name string, notBefore, notAfter time.Time) (net.Listener, error) {
	k := key(2)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: notBefore, NotAfter: notAfter,
	}
	cert, err := x509.CreateCertificate(nil, template, template, k.Public(), k)
	if err != nil {
		return nil, err
	}
	return tls.NewListener(ln, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{cert}, PrivateKey: k}}}), nil
}
