// Command gowitness is the witness of transparency-dev, listening on loopback, for Drawbridge to be
// cosigned by. It signs in Ed25519 and in ML-DSA-44.
//
//	gowitness LOG_VKEY
//
// It prints its address and its two vkeys, each on a line, and runs until its standard input ends.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

	formats "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/witness/config"
	"github.com/transparency-dev/witness/persistence/inmemory"
	"github.com/transparency-dev/witness/witness"
	"golang.org/x/mod/sumdb/note"
)

const name = "witness.example/go"

func main() {
	if err := serve(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func signers() ([]note.Signer, []string, error) {
	skey, vkey, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return nil, nil, err
	}
	ed25519, err := formats.NewSignerForCosignatureV1(skey)
	if err != nil {
		return nil, nil, err
	}
	cosigning, err := formats.VKeyToCosignatureV1(vkey)
	if err != nil {
		return nil, nil, err
	}
	mskey, mvkey, err := formats.GenerateMLDSAKey(name)
	if err != nil {
		return nil, nil, err
	}
	mldsa, err := formats.NewMLDSASigner(mskey)
	if err != nil {
		return nil, nil, err
	}
	return []note.Signer{ed25519, mldsa}, []string{cosigning, mvkey}, nil
}

func serve(args []string) error {
	if len(args) != 1 {
		return errors.New("usage: gowitness LOG_VKEY")
	}
	verifier, err := note.NewVerifier(args[0])
	if err != nil {
		return err
	}
	ctx := context.Background()
	store := inmemory.New()
	known := config.Log{VKey: args[0], Verifier: verifier, Origin: verifier.Name()}
	if err := store.AddLogs(ctx, []config.Log{known}); err != nil {
		return err
	}
	keys, vkeys, err := signers()
	if err != nil {
		return err
	}
	w, err := witness.New(ctx, witness.Opts{
		Persistence: store,
		Signers:     keys,
		VerifierForLog: func(_ context.Context, origin string) (note.Verifier, bool, error) {
			return verifier, origin == verifier.Name(), nil
		},
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /add-checkpoint", witness.NewHTTPHandler(w).AddCheckpoint)
	go func() { _ = http.Serve(listener, mux) }()
	fmt.Printf("http://%s\n%s\n%s\n", listener.Addr(), vkeys[0], vkeys[1])
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}
