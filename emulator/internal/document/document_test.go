package document

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The offsets of the table lead to the objects, and the trailer to the table: a reader
// opens the file.
func TestPDF(t *testing.T) {
	t.Parallel()
	file := PDF("Bank (income)", []string{`a\b`, "Zoë costs 5 €", "two\nlines"})
	require.Equal(t, file, PDF("Bank (income)", []string{`a\b`, "Zoë costs 5 €", "two\nlines"}))
	text := string(file)
	require.True(t, strings.HasPrefix(text, "%PDF-1.4\n"))
	require.True(t, strings.HasSuffix(text, "%%EOF\n"))
	for _, want := range []string{`(Bank \(income\)) Tj`, `(a\\b) Tj`, "(Zo\xeb costs 5 ?) Tj", "(two lines) Tj"} {
		require.Contains(t, text, want)
	}
	start := regexp.MustCompile(`startxref\n(\d+)\n`).FindStringSubmatch(text)
	table, err := strconv.Atoi(start[1])
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(text[table:], "xref\n0 7\n"))
	for n, entry := range regexp.MustCompile(`(\d{10}) 00000 n \n`).FindAllStringSubmatch(text[table:], -1) {
		at, err := strconv.Atoi(entry[1])
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(text[at:], fmt.Sprintf("%d 0 obj\n", n+1)))
	}
	stream := regexp.MustCompile(`(?s)/Length (\d+) >>\nstream\n(.*)endstream`).FindStringSubmatch(text)
	require.Equal(t, stream[1], strconv.Itoa(len(stream[2])))
}

func TestPDFOfTooMuch(t *testing.T) {
	t.Parallel()
	lines := make([]string, 1000)
	for n := range lines {
		lines[n] = strings.Repeat("x", 10_000)
	}
	require.Less(t, len(PDF("", lines)), 50_000, "one page is enough")
}

func TestZIP(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 5, 14, 30, 0, 0, time.UTC)
	file, err := ZIP(at, File{"a.pdf", PDF("a", nil)}, File{"b.txt", []byte("b")})
	require.NoError(t, err)
	again, err := ZIP(at, File{"a.pdf", PDF("a", nil)}, File{"b.txt", []byte("b")})
	require.NoError(t, err)
	require.Equal(t, file, again)
	r, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	require.Len(t, r.File, 2)
	body, err := r.File[1].Open()
	require.NoError(t, err)
	text, err := io.ReadAll(body)
	require.NoError(t, err)
	require.Equal(t, "b", string(text))
	require.True(t, at.Equal(r.File[0].Modified))
}
