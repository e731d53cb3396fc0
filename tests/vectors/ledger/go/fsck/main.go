// Command fsck lets Tessera's own library check a folder that Drawbridge published: the checkpoint's
// signature, every bundle of entries, every tile, and the root.
//
//	fsck DIR
//
// It prints "ok" and exits 0, or says what is wrong and exits 1.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Workers end at the first mismatch: with fewer than a mismatch has places, Check waits for ever.
const workers = 16

func main() {
	if err := check(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("ok")
}

func check(args []string) error {
	if len(args) != 1 {
		return errors.New("usage: fsck DIR")
	}
	vkey, err := os.ReadFile(filepath.Join(args[0], "log.vkey"))
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	source := &client.FileFetcher{Root: args[0]}
	log := fsck.New(verifier.Name(), verifier, source, leaves, fsck.Opts{N: workers})
	done := make(chan error, 1)
	go func() { done <- log.Check(ctx) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func leaves(bundle []byte) ([][]byte, error) {
	var entries api.EntryBundle
	if err := entries.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	var hashes [][]byte
	for _, entry := range entries.Entries {
		hash := tlog.RecordHash(entry)
		hashes = append(hashes, hash[:])
	}
	return hashes, nil
}
