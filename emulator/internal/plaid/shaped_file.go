package plaid

import (
	"fmt"
	"strings"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/contract"
	"tweed/emulator/internal/document"
)

// shapedFile answers with a file, as the contract announces: a PDF that says what it is
// about, a ZIP of one, or nothing at all. Errors: those of resolve.
func shapedFile(c *api.Call, op *contract.Op) (any, error) {
	found, err := resolve(c, op)
	if err != nil {
		return nil, err
	}
	title, lines := content(c, op, found)
	switch op.Media {
	case "":
		return api.Raw{}, nil
	case "application/zip":
		name := strings.ToLower(strings.ReplaceAll(title, " ", "_")) + ".pdf"
		body, err := document.ZIP(c.Now, document.File{Name: name, Body: document.PDF(title, lines)})
		return api.Raw{Type: op.Media, Body: body}, err
	}
	return api.Raw{Type: op.Media, Body: document.PDF(title, lines)}, nil
}

// content is what a document says: its subject, which is the path's, whose it is, and what
// the request says of it.
func content(c *api.Call, op *contract.Op, found subject) (title string, lines []string) {
	words := strings.Split(strings.Trim(op.Path, "/"), "/")
	words = words[:len(words)-1]
	if words[len(words)-1] == "pdf" {
		words = words[:len(words)-1]
	}
	title = strings.ReplaceAll(strings.Join(words, " "), "_", " ")
	title = strings.ToUpper(title[:1]) + title[1:]
	lines = []string{
		"Made on " + c.Now.UTC().Format(time.DateOnly) + " by Tweed, an emulator. TEST ONLY: no such person or money exists.",
	}
	for _, name := range sortedNames(c.Body.Fields) {
		text, ok := c.Body.Fields[name].(string)
		if ok && name != "client_id" && name != "secret" {
			lines = append(lines, name+": "+text)
		}
	}
	for _, item := range found.items {
		lines = append(lines, "Item "+item.ID+" at "+item.bank().Name)
	}
	for _, acc := range found.accounts {
		lines = append(lines, fmt.Sprintf("Account %s, %s %s, mask %s", acc.Name, acc.Type, acc.Subtype, acc.Mask))
	}
	return title, lines
}
