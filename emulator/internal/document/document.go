// Package document makes the files that some answers are: a PDF of one page, and a ZIP of
// files. The same text is the same bytes.
package document

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"time"
)

// The page is US Letter, 612 by 792 points (ISO 32000-1, 7.7.3.3), with one inch around.
const (
	pageWidth  = 612
	pageHeight = 792
	margin     = 72
	leading    = 16  // points between lines
	maxLines   = 38  // that fit below the title
	maxColumns = 500 // of a line, in bytes: what goes beyond the page is cut off by the reader
)

// PDF makes a PDF of one page: a title and lines below it. Characters outside of Latin-1
// become "?".
func PDF(title string, lines []string) []byte {
	var page strings.Builder
	fmt.Fprintf(&page, "BT /F1 16 Tf %d %d Td (%s) Tj /F1 10 Tf\n", margin, pageHeight-margin, escape(title))
	for _, line := range lines[:min(len(lines), maxLines)] {
		fmt.Fprintf(&page, "0 -%d Td (%s) Tj\n", leading, escape(line))
	}
	page.WriteString("ET\n")
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R "+
			"/Resources << /Font << /F1 5 0 R >> >> >>", pageWidth, pageHeight),
		fmt.Sprintf("<< /Length %d >>\nstream\n%sendstream", page.Len(), page.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
		fmt.Sprintf("<< /Title (%s) /Producer (Tweed) >>", escape(title)),
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, len(objects))
	for n, object := range objects {
		offsets[n] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", n+1, object)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return b.Bytes()
}

// escape writes a text as the inside of a PDF string, in Latin-1.
func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case b.Len() > maxColumns:
			return b.String()
		case r == '(' || r == ')' || r == '\\':
			b.WriteByte('\\')
			b.WriteByte(byte(r))
		case r < ' ':
			b.WriteByte(' ')
		case r > 0xff || r >= 0x7f && r < 0xa0:
			b.WriteByte('?')
		default:
			b.WriteByte(byte(r))
		}
	}
	return b.String()
}

// File is one file of a ZIP.
type File struct {
	Name string
	Body []byte
}

// ZIP packs files, each dated with a time of the world.
func ZIP(at time.Time, files ...File) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		part, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: at.UTC()})
		if err == nil {
			_, err = part.Write(f.Body)
		}
		if err != nil {
			return nil, fmt.Errorf("zip %s: %w", f.Name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("zip: %w", err)
	}
	return b.Bytes(), nil
}
