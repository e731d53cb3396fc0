// Command cosigcheck verifies what Drawbridge signed, with the formats library of transparency-dev.
//
//	cosigcheck note NOTE VKEY...             every key must have signed the checkpoint
//	cosigcheck proof PROOF ENTRY VKEY...     the same, and the entry is in it (C2SP tlog-proof)
//
// It prints one line beginning with "ok" and exits 0, or says what is wrong and exits 1.
package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/transparency-dev/formats/log"
	formats "github.com/transparency-dev/formats/note"
	tlogproof "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
)

func main() {
	var said string
	err := errors.New("usage: cosigcheck note NOTE VKEY... | proof PROOF ENTRY VKEY...")
	switch {
	case len(os.Args) > 3 && os.Args[1] == "note":
		said, err = checkNote(os.Args[2], os.Args[3:])
	case len(os.Args) > 4 && os.Args[1] == "proof":
		said, err = checkProof(os.Args[2], os.Args[3], os.Args[4:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("ok", said)
}

func verifierOf(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("not a vkey")
	}
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(raw) == 0 {
		return nil, errors.New("not a vkey")
	}
	if raw[0] == 0x01 {
		return note.NewVerifier(vkey)
	}
	return formats.NewVerifierForCosignatureV1(vkey)
}

func open(raw []byte, vkeys []string) (log.Checkpoint, error) {
	var verifiers []note.Verifier
	for _, vkey := range vkeys {
		verifier, err := verifierOf(vkey)
		if err != nil {
			return log.Checkpoint{}, err
		}
		verifiers = append(verifiers, verifier)
	}
	opened, err := note.Open(raw, note.VerifierList(verifiers...))
	if err != nil {
		return log.Checkpoint{}, err
	}
	if len(opened.Sigs) != len(vkeys) {
		return log.Checkpoint{}, fmt.Errorf("%d of %d keys have signed", len(opened.Sigs), len(vkeys))
	}
	var checkpoint log.Checkpoint
	rest, err := checkpoint.Unmarshal([]byte(opened.Text))
	if err == nil && len(rest) != 0 {
		err = errors.New("the checkpoint goes on")
	}
	return checkpoint, err
}

func checkNote(path string, vkeys []string) (string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	checkpoint, err := open(raw, vkeys)
	return fmt.Sprintf("size %d by %d keys", checkpoint.Size, len(vkeys)), err
}

func checkProof(path, entryPath string, vkeys []string) (string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	entry, err := os.ReadFile(entryPath)
	if err != nil {
		return "", err
	}
	var given tlogproof.TLogProof
	if err := given.Unmarshal(raw); err != nil {
		return "", err
	}
	if !bytes.Equal(given.Marshal(), raw) {
		return "", errors.New("the proof is written otherwise than the library writes it")
	}
	checkpoint, err := open(given.Checkpoint, vkeys)
	if err != nil {
		return "", err
	}
	var hashes [][]byte
	for _, hash := range given.Hashes {
		hashes = append(hashes, bytes.Clone(hash[:]))
	}
	leaf := rfc6962.DefaultHasher.HashLeaf(entry)
	err = proof.VerifyInclusion(
		rfc6962.DefaultHasher, given.Index, checkpoint.Size, leaf, hashes, checkpoint.Hash)
	return fmt.Sprintf("entry %d of %d by %d keys", given.Index, checkpoint.Size, len(vkeys)), err
}
