package casefile

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"tweed/emulator/internal/world"
)

// members are what a case has; all but the last must be there.
var members = []string{memberReadme, memberCalls, memberAbout, memberMoves, memberScenario, memberStart}

// Read reads a case. The error says which member is wrong, and where; beside it comes what
// could be read of About. Nothing is written to disk, and no more than maxInner bytes are
// unpacked, whatever the zip says of itself.
func Read(data []byte) (*Case, error) {
	if len(data) > MaxSize {
		return &Case{}, fmt.Errorf("it has more than %d bytes, which no case has", MaxSize)
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return &Case{}, fmt.Errorf("it is no case: %w; \"tweed case save\" makes one", err)
	}
	files, err := unpack(archive, maxInner)
	if err != nil {
		return &Case{}, err
	}
	c := &Case{Scenario: files[memberScenario]}
	if err := c.readAbout(files[memberAbout]); err != nil {
		return c, fmt.Errorf("%s: %w", memberAbout, err)
	}
	if c.Calls, err = readLines[Call](files[memberCalls]); err != nil {
		return c, fmt.Errorf("%s: %w", memberCalls, err)
	}
	if c.Moves, err = readLines[Move](files[memberMoves]); err != nil {
		return c, fmt.Errorf("%s: %w", memberMoves, err)
	}
	if start, ok := files[memberStart]; ok {
		c.Start = &world.Export{}
		if err := json.Unmarshal(start, c.Start); err != nil {
			return c, fmt.Errorf("%s: %w", memberStart, err)
		}
	}
	return c, c.check()
}

// unpack reads the members, at most so many bytes of them. It refuses names that no case has:
// they lead nowhere good.
func unpack(archive *zip.Reader, most int64) (map[string][]byte, error) {
	files := map[string][]byte{}
	room := most
	for _, f := range archive.File {
		if !slices.Contains(members, f.Name) {
			return nil, fmt.Errorf("it has a member %q, which no case has; there are %s", f.Name, strings.Join(members, ", "))
		}
		if _, twice := files[f.Name]; twice {
			return nil, fmt.Errorf("it has two members %s", f.Name)
		}
		body, err := unpackOne(f, room)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		if int64(len(body)) > room {
			return nil, fmt.Errorf("%s: with it the case has more than %d bytes, which no case has", f.Name, most)
		}
		room -= int64(len(body))
		files[f.Name] = body
	}
	for _, name := range members[:len(members)-1] {
		if _, ok := files[name]; !ok {
			return nil, fmt.Errorf("it is no case, or not a whole one: it has no member %s; \"tweed case save\" makes one", name)
		}
	}
	return files, nil
}

// unpackOne reads a member, or one byte more than there is room for.
func unpackOne(f *zip.File, room int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(r, room+1))
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("it is damaged: %w", err)
	}
	return body, nil
}

// readAbout reads case.json. The form comes first: another one may have other members.
func (c *Case) readAbout(text []byte) error {
	var form struct {
		Form    *int   `json:"tweed_case"`
		Version string `json:"tweed"`
	}
	err := json.Unmarshal(text, &form)
	c.Version = form.Version
	switch {
	case err != nil:
		return err
	case form.Form == nil:
		return errors.New("it has no tweed_case, the number of the form")
	case *form.Form != Form:
		return fmt.Errorf("the case has form %d; this version of Tweed reads form %d", *form.Form, Form)
	}
	return strict(text, &c.About)
}

// strict decodes one value and refuses members that it does not have.
func strict(text []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is text behind the JSON object")
	}
	return nil
}

func readLines[T any](text []byte) (rows []T, err error) {
	n := 0
	for line := range bytes.Lines(text) {
		n++
		var row T
		if err := strict(line, &row); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// moveForm are the changes of a world that a case has, as calls of the control API.
var moveForm = regexp.MustCompile(
	`^(?:POST clock|POST link|POST rules|POST transfers/[^/ ]+|POST webhooks|DELETE rules/[^/ ]+)$`)

// lastYear is the last in which world time can be.
const lastYear = 2199

// check returns what cannot be in a case that Tweed has made.
func (c *Case) check() error {
	if c.Version == "" {
		return fmt.Errorf("%s: it does not say which version of Tweed made it", memberAbout)
	}
	if c.Seed == 0 && c.Start == nil {
		return fmt.Errorf("%s: the seed is 0; the least is 1", memberAbout)
	}
	if _, err := world.ParseRun(c.Clock.Run); err != nil {
		return fmt.Errorf("%s: %w", memberAbout, err)
	}
	var turn uint64
	now := c.Clock.Start
	for _, s := range c.steps() {
		at, where := s.place()
		switch {
		case s.turn <= turn:
			return fmt.Errorf("%s: turn %d comes after turn %d; each happened by itself", where, s.turn, turn)
		case at.Before(now):
			return fmt.Errorf("%s: its time, %s, lies before what came earlier", where, stamp(at))
		case at.UTC().Year() > lastYear:
			return fmt.Errorf("%s: its time, %s, lies after %d", where, stamp(at), lastYear)
		}
		turn, now = s.turn, at
	}
	for i := range c.Moves {
		if !moveForm.MatchString(c.Moves[i].What) {
			return fmt.Errorf("%s: line %d: a case has no move %q", memberMoves, i+1, c.Moves[i].What)
		}
	}
	for i := range c.Calls {
		if err := c.Calls[i].check(); err != nil {
			return fmt.Errorf("%s: %s: %w", memberCalls, c.Calls[i].Title(), err)
		}
	}
	return nil
}

// place is when a step was, and where it stands.
func (s step) place() (at time.Time, where string) {
	switch {
	case s.move != nil:
		return s.move.Time, memberMoves + ": " + s.move.What
	case s.ends:
		return s.call.Time, memberCalls + ": " + s.call.Title()
	}
	return s.call.Came.Time, memberCalls + ": " + s.call.Title()
}

func (c *Call) check() error {
	switch {
	case !strings.HasPrefix(c.Path, "/"):
		return errors.New("its path does not begin with a slash")
	case c.Came != nil && c.Came.Turn >= c.Turn:
		return errors.New("it ended before it came")
	case c.Token != nil && c.Token.Of >= c.N:
		return fmt.Errorf("its token is that of call %d, which comes later", c.Token.Of)
	}
	_, err := c.Request("http://127.0.0.1", Options{}, "")
	return err
}
