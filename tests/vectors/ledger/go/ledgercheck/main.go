// Command ledgercheck verifies a published Drawbridge log with code that Drawbridge does not share:
// golang.org/x/mod/sumdb/note opens checkpoints, golang.org/x/mod/sumdb/tlog checks tiles and proofs.
//
//	ledgercheck log DIR              every entry against every tile against the signed root
//	ledgercheck proof VKEY PROOF ENTRY
//	ledgercheck grown OLD_CHECKPOINT DIR
//
// It prints one line beginning with "ok" and exits 0, or says what is wrong and exits 1.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func main() {
	var said string
	err := errors.New("usage: ledgercheck log DIR | proof VKEY PROOF ENTRY | grown OLD DIR")
	switch {
	case len(os.Args) == 3 && os.Args[1] == "log":
		said, err = checkLog(os.Args[2])
	case len(os.Args) == 5 && os.Args[1] == "proof":
		said, err = checkProof(os.Args[2], os.Args[3], os.Args[4])
	case len(os.Args) == 4 && os.Args[1] == "grown":
		said, err = checkGrown(os.Args[2], os.Args[3])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("ok", said)
}

func openCheckpoint(raw []byte, vkey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(strings.TrimSpace(vkey))
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(raw, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return tlog.Tree{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// folder reads C2SP tlog-tiles files for tlog, which names them as the Go checksum database does.
type folder string

func (f folder) Height() int { return height }

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		raw, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		if len(raw) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has another length", path)
		}
		read = append(read, raw)
	}
	return read, nil
}

func published(dir string) (tlog.Tree, error) {
	vkey, err := os.ReadFile(filepath.Join(dir, "log.vkey"))
	if err != nil {
		return tlog.Tree{}, err
	}
	raw, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return tlog.Tree{}, err
	}
	return openCheckpoint(raw, string(vkey))
}

func entries(dir string, size int64) ([][]byte, error) {
	var all [][]byte
	for first := int64(0); first < size; first += 1 << height {
		width := min(size-first, 1<<height)
		tile := tlog.Tile{H: height, L: -1, N: first >> height, W: int(width)}
		path := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
		raw, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return nil, err
		}
		for ; width > 0; width-- {
			if len(raw) < 2 || len(raw) < 2+int(binary.BigEndian.Uint16(raw)) {
				return nil, fmt.Errorf("%s is cut", path)
			}
			end := 2 + int(binary.BigEndian.Uint16(raw))
			all, raw = append(all, raw[2:end]), raw[end:]
		}
		if len(raw) != 0 {
			return nil, fmt.Errorf("%s goes on", path)
		}
	}
	return all, nil
}

func checkLog(dir string) (string, error) {
	tree, err := published(dir)
	if err != nil {
		return "", err
	}
	all, err := entries(dir, tree.N)
	if err != nil {
		return "", err
	}
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	for number, entry := range all {
		hashes, err := tlog.StoredHashes(int64(number), entry, reader)
		if err != nil {
			return "", err
		}
		stored = append(stored, hashes...)
	}
	root := tlog.Hash(sha256.Sum256(nil))
	if tree.N > 0 {
		if root, err = tlog.TreeHash(tree.N, reader); err != nil {
			return "", err
		}
	}
	if root != tree.Hash {
		return "", errors.New("the entries have another root than was signed")
	}
	// TileHashReader checks every tile it reads against the signed root.
	tiles := tlog.TileHashReader(tree, folder(dir))
	for number, entry := range all {
		proof, err := tlog.ProveRecord(tree.N, int64(number), tiles)
		if err != nil {
			return "", err
		}
		leaf := tlog.RecordHash(entry)
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, int64(number), leaf); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d entries, root %s", tree.N, tree.Hash), nil
}

func checkProof(vkey, proofPath, entryPath string) (string, error) {
	text, err := os.ReadFile(proofPath)
	if err != nil {
		return "", err
	}
	entry, err := os.ReadFile(entryPath)
	if err != nil {
		return "", err
	}
	head, checkpoint, found := bytes.Cut(text, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return "", errors.New("not a tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return "", err
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		raw, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(raw) != tlog.HashSize {
			return "", errors.New("not a hash")
		}
		proof = append(proof, tlog.Hash(raw))
	}
	tree, err := openCheckpoint(checkpoint, vkey)
	if err != nil {
		return "", err
	}
	err = tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry))
	return fmt.Sprintf("entry %d of %d", index, tree.N), err
}

func checkGrown(oldPath, dir string) (string, error) {
	vkey, err := os.ReadFile(filepath.Join(dir, "log.vkey"))
	if err != nil {
		return "", err
	}
	raw, err := os.ReadFile(oldPath)
	if err != nil {
		return "", err
	}
	old, err := openCheckpoint(raw, string(vkey))
	if err != nil {
		return "", err
	}
	tree, err := published(dir)
	if err != nil {
		return "", err
	}
	if old.N == 0 || old.N > tree.N {
		return "", errors.New("the log was cut")
	}
	proof, err := tlog.ProveTree(tree.N, old.N, tlog.TileHashReader(tree, folder(dir)))
	if err != nil {
		return "", err
	}
	err = tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
	return fmt.Sprintf("%d grew to %d", old.N, tree.N), err
}
