package casefile

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/document"
)

var monday = time.Date(2026, 1, 5, 14, 30, 0, 0, time.UTC)

// example is a case with something of everything.
func example() *Case {
	return &Case{
		About: About{
			Form: Form, Version: "0.1.0", Name: "x", World: "w", Seed: 7, Clock: Clock{Start: monday, Run: "60x"},
			Options: Options{Strict: true, BodyBytes: 1000},
		},
		Scenario: []byte("name: x\n"),
		Calls: []Call{
			{
				N: 1, Turn: 1, Time: monday, Family: "legit", Method: "POST", Base: "http://127.0.0.1:1", Host: "127.0.0.1:1",
				Path: "/legit/api/v1/cc/token", Sent: map[string]string{"Content-Type": "application/json"},
				Body: Text(`{"jws":"a.b.[redacted]"}`), Status: 200, Headers: []Header{{"X-Request-Id", "1"}}, Reply: Text("a.b.<c>&\x00é"),
			},
			{
				N: 2, Turn: 5, Time: monday.Add(time.Hour), Came: &Came{Turn: 3, Time: monday}, Family: "ale", Method: "GET",
				Base: "http://127.0.0.1:1", Path: "/ale/api/v1/read/x/y%20z", Sent: map[string]string{"Authorization": "[redacted]"},
				Token: &Token{Before: "Bearer ", Of: 1}, Status: 200, Headers: []Header{}, Reply: Text("\xff\xfe"),
			},
		},
		Moves: []Move{{Turn: 4, After: 1, Time: monday.Add(time.Hour), What: "POST clock", Body: Text(`{"advance":"1h"}`)}},
	}
}

// TestRoundTrip: what is written is read again, and written again the same.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	data, err := example().Encode()
	require.NoError(t, err)
	c, err := Read(data)
	require.NoError(t, err)
	require.Equal(t, example().Calls[0].Reply, c.Calls[0].Reply)
	require.Equal(t, example().Calls[1].Reply, c.Calls[1].Reply)
	again, err := c.Encode()
	require.NoError(t, err)
	require.Equal(t, data, again)
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	var names []string
	for _, f := range archive.File {
		names = append(names, f.Name)
		require.Equal(t, monday.Add(time.Hour), f.Modified.UTC(), "the time of the last thing that happened")
	}
	require.Equal(t, []string{memberReadme, memberCalls, memberAbout, memberMoves, memberScenario}, names)
}

// parts are the example's members, to be changed.
func parts(t testing.TB) map[string]string {
	t.Helper()
	data, err := example().Encode()
	require.NoError(t, err)
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	files, err := unpack(archive, maxInner)
	require.NoError(t, err)
	out := map[string]string{}
	for name, body := range files {
		out[name] = string(body)
	}
	return out
}

func pack(t testing.TB, files map[string]string, more ...document.File) []byte {
	t.Helper()
	var all []document.File
	for _, name := range members {
		if body, ok := files[name]; ok {
			all = append(all, document.File{Name: name, Body: []byte(body)})
		}
	}
	data, err := document.ZIP(monday, append(all, more...)...)
	require.NoError(t, err)
	return data
}

// TestReadRefuses: what is wrong, and in which member.
func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, member, old, changed, wanted string }{
		{"another form", memberAbout, `"tweed_case": 1`, `"tweed_case": 2`, "case.json: the case has form 2; this version of Tweed reads form 1"},
		{"no form", memberAbout, `"tweed_case"`, `"other"`, "case.json: it has no tweed_case, the number of the form"},
		{"no JSON", memberAbout, `{`, ``, "case.json: "},
		{"an unknown member", memberAbout, `"name"`, `"nmae"`, `case.json: json: unknown field "nmae"`},
		{"no version", memberAbout, `"0.1.0"`, `""`, "case.json: it does not say which version of Tweed made it"},
		{"no seed", memberAbout, `"seed": 7`, `"seed": 0`, "case.json: the seed is 0; the least is 1"},
		{"no clock", memberAbout, `"60x"`, `"fast"`, `case.json: clock runs "fast"; it can be manual, `},
		{"a cut line", memberCalls, "\n{\"n\":2", "\n{", "calls.jsonl: line 2: "},
		{"two values in a line", memberCalls, "\n{", "{}\n{", "calls.jsonl: line 1: there is text behind the JSON object"},
		{"a turn twice", memberCalls, `"turn":3`, `"turn":4`, "turn 4 comes after turn 4; each happened by itself"},
		{"an end before its beginning", memberCalls, `"turn":3`, `"turn":9`, "calls.jsonl: call 2: GET /ale/api/v1/read/x/y%20z: it"},
		{"time that goes back", memberMoves, `T15`, `T10`, "moves.jsonl: POST clock: its time, 2026-01-05T10:30:00Z, lies before what came earlier"},
		{"time without end", memberMoves, `2026`, `9026`, "lies after 2199"},
		{"a move that is none", memberMoves, `POST clock`, `POST reset`, `moves.jsonl: line 1: a case has no move "POST reset"`},
		{"a path that is none", memberCalls, `"path":"/legit`, `"path":"legit`, "its path does not begin with a slash"},
		{"a path that is cut", memberCalls, `y%20z`, `y%2`, `invalid URL escape "%2"`},
		{"a method that is none", memberCalls, `"POST"`, `"A B"`, `net/http: invalid method "A B"`},
		{"a header of another kind", memberCalls, `"Content-Type"`, `"X-Forwarded-For"`, "a case has no request header X-Forwarded-For"},
		{"a token of later", memberCalls, `"of_call":1`, `"of_call":2`, "its token is that of call 2, which comes later"},
		{"a body that is none", memberCalls, `{"base64":"//4="}`, `{"base64":"?"}`, "calls.jsonl: line 2: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			files := parts(t)
			require.Contains(t, files[test.member], test.old)
			files[test.member] = strings.Replace(files[test.member], test.old, test.changed, 1)
			_, err := Read(pack(t, files))
			require.ErrorContains(t, err, test.wanted)
		})
	}
}

// TestReadRefusesZips: of other things, of damaged ones, and of those that mean harm.
func TestReadRefusesZips(t *testing.T) {
	t.Parallel()
	whole := pack(t, parts(t))
	_, err := Read([]byte("name: no zip\n"))
	require.ErrorContains(t, err, `it is no case: zip: not a valid zip file; "tweed case save" makes one`)
	_, err = Read(whole[:len(whole)/2])
	require.ErrorContains(t, err, "it is no case")
	for name := range parts(t) {
		files := parts(t)
		delete(files, name)
		_, err = Read(pack(t, files))
		require.ErrorContains(t, err, "it has no member "+name)
	}
	for _, name := range []string{"../case.json", "/etc/passwd", `..\x`, "sub/", "case.json/../case.json"} {
		_, err = Read(pack(t, parts(t), document.File{Name: name}))
		require.ErrorContains(t, err, ", which no case has; there are README.txt, ", name)
	}
	_, err = Read(pack(t, parts(t), document.File{Name: memberCalls}))
	require.ErrorContains(t, err, "it has two members calls.jsonl")
	files := parts(t)
	files[memberStart] = "[]"
	_, err = Read(pack(t, files))
	require.ErrorContains(t, err, "start.json: json: cannot unmarshal array")
	damaged := bytes.Clone(whole)
	damaged[bytes.Index(damaged, []byte(memberCalls))+60] ^= 0xff
	_, err = Read(damaged)
	require.ErrorContains(t, err, "calls.jsonl: it is damaged")
}

// TestReadIsBounded: a small zip does not become a large one in memory.
func TestReadIsBounded(t *testing.T) {
	t.Parallel()
	files := parts(t)
	files[memberCalls] += strings.Repeat(" ", 1<<20)
	data := pack(t, files)
	require.Less(t, len(data), 10_000)
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	_, err = unpack(archive, 1<<20)
	require.EqualError(t, err, "calls.jsonl: with it the case has more than 1048576 bytes, which no case has")
	body, err := unpackOne(archive.File[1], 1000)
	require.NoError(t, err)
	require.Len(t, body, 1001, "it stops there")
	_, err = Read(make([]byte, MaxSize+1))
	require.ErrorContains(t, err, "it has more than 67108864 bytes, which no case has")
}

// FuzzRead: whatever the members have, reading them ends with an error or a case that can be
// written, read and walked through.
func FuzzRead(f *testing.F) {
	files := parts(f)
	start := `{"tweed":1,"name":"w","seed":1,"tables":{}}`
	f.Add(files[memberAbout], files[memberCalls], files[memberMoves], start)
	f.Add("{}", "{}", "{}", "{}")
	f.Add(files[memberAbout], `{"n":1,"turn":1,"path":"/\u0000%zz","method":"","time":"2026-01-05T14:30:00Z"}`, "", "null")
	f.Fuzz(func(t *testing.T, about, calls, moves, start string) {
		c, err := Read(pack(t, map[string]string{
			memberReadme: "", memberScenario: "", memberAbout: about, memberCalls: calls, memberMoves: moves, memberStart: start,
		}))
		if err != nil {
			return
		}
		data, err := c.Encode()
		require.NoError(t, err)
		again, err := Read(data)
		require.NoError(t, err)
		require.Len(t, again.Calls, len(c.Calls))
		for i := range c.Calls {
			require.Empty(t, bodyDifference(c.Calls[i].Reply, again.Calls[i].Reply))
		}
	})
}

// FuzzReadZip: no bytes are too odd.
func FuzzReadZip(f *testing.F) {
	f.Add(pack(f, parts(f)))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Read(data)
		require.NotNil(t, c)
		if err == nil {
			require.NotEmpty(t, c.Version)
		}
	})
}

// TestText: every body survives JSON.
func TestText(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "a<b>&c\u2028", "\x00\n\"\\", "é\ufffd", "\xff", `{"base64":"x"}`} {
		text, err := json.Marshal(Text(body))
		require.NoError(t, err)
		var back Text
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, body, string(back))
	}
}
