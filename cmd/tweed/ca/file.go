package ca

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// read returns the key's file of a directory, and makes it when there is none. Of several
// programs that make one at the same time, the first wins, and all read that one.
func read(dir string, now func() time.Time) ([]byte, error) {
	path := filepath.Join(dir, keyFile)
	text, err := os.ReadFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return text, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if text, err = generate(now()); err != nil {
		return nil, err
	}
	draft, err := write(dir, text)
	if err != nil {
		return nil, err
	}
	defer os.Remove(draft) //nolint:errcheck // it has its name, or another one won
	// A link is there whole or not at all, and does not replace a file.
	if err := os.Link(draft, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return os.ReadFile(path)
}

// publish writes a file that others read, when it is not there as it should be.
func publish(path string, text []byte) error {
	if have, err := os.ReadFile(path); err == nil && bytes.Equal(have, text) {
		return nil
	}
	draft, err := write(filepath.Dir(path), text)
	if err != nil {
		return err
	}
	err = os.Chmod(draft, 0o644) // a certificate is no secret
	if err == nil {
		err = os.Rename(draft, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(draft))
	}
	return nil
}

// write makes a new file that only its owner can read, and returns its path.
func write(dir string, text []byte) (string, error) {
	file, err := os.CreateTemp(dir, ".tweed-*")
	if err != nil {
		return "", err
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return "", errors.Join(err, os.Remove(file.Name()))
	}
	return file.Name(), nil
}
