package api

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
)

func TestSplitClient(t *testing.T) {
	t.Parallel()
	for id, want := range map[string][2]string{
		"":                     {"", ""},
		"client":               {"client", ""},
		"client@world":         {"client", "world"},
		"client@":              {"client", ""},
		"@world":               {"", "world"},
		"jane@example.com@w-1": {"jane@example.com", "w-1"},
		"a@@b":                 {"a@", "b"},
	} {
		client, name := SplitClient(id)
		require.Equal(t, want, [2]string{client, name}, id)
	}
}

func TestCheckWorldName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"a", "default", "TestDeposit/R01_after_settlement", "ä-ö", "日本", "a@b", "%00", strings.Repeat("x", 128),
		strings.Repeat("ü", 128), "~!$&'()*+,;=",
	} {
		require.NoError(t, CheckWorldName(name), name)
	}
	for _, name := range []string{
		"", " ", "a b", "a\tb", "a\nb", "a\x00", "a\x7f", "a\u00a0b", "a\u2028b", "a\u200bb", "\xff", "a\xc3", "\ufffd",
		strings.Repeat("x", 129), strings.Repeat("ü", 129), strings.Repeat("\xff", 200),
	} {
		err := CheckWorldName(name)
		require.Error(t, err, "%q", name)
		e := errorOf(err)
		require.Equal(t, "TWEED_BAD_WORLD_NAME", e.Row.Code)
		require.Equal(t, 400, e.Status)
		require.Less(t, len(e.Message), 1000)
		require.NotContains(t, e.Message, "\n")
	}
}

// The header names the world, else the credentials, else a token, else it is the default.
func TestWorldName(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	var token string
	l.in("of the token"[3:6], func(w *world.World) { token = "access-sandbox-" + w.UUID("access") })
	for _, test := range []struct{ name, header, body, want string }{
		{"nothing", "", `{}`, "default"},
		{"header", "h", `{}`, "h"},
		{"credentials", "", `{"client_id":"c@w"}`, "w"},
		{"several @", "", `{"client_id":"jane@example.com@w-2"}`, "w-2"},
		{"empty after @", "", `{"client_id":"c@"}`, "default"},
		{"credentials without a world", "", `{"client_id":"c"}`, "default"},
		{"header before credentials", "h", `{"client_id":"c@w"}`, "h"},
		{"token", "", `{"access_token":"` + token + `"}`, "the"},
		{"another field's token", "", `{"link_token":"` + token + `"}`, "the"},
		{"Sentinel's field", "", `{"plaidProcessorToken":"` + token + `"}`, "the"},
		{"credentials before token", "", `{"client_id":"c","access_token":"` + token + `"}`, "default"},
		{"header before token", "h", `{"access_token":"` + token + `"}`, "h"},
		{"unknown tag", "", `{"access_token":"access-sandbox-00000000-1111-4222-8333-444444444444"}`, "default"},
		{"no token", "", `{"access_token":"` + token[:20] + `"}`, "default"},
		{"token in an unknown field", "", `{"x":"` + token + `"}`, "default"},
		{"broken body", "", `{"client_id":"c@w"`, "default"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var header []string
			if test.header != "" {
				header = []string{"Tweed-World", test.header}
			}
			l.post(pathGet, test.body, header...)
			a := l.post(pathGet, test.body, header...)
			if test.name == "broken body" {
				require.Equal(t, []string{test.want}, a.Header["Tweed-World"])
				return
			}
			require.Equal(t, test.want, a.text("world"), a.Body)
		})
	}
}

func TestBadWorldName(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	for _, body := range []string{`{"client_id":"c@a b"}`, `{"client_id":"c@` + strings.Repeat("x", 129) + `"}`, `{"client_id":"c@\u0007"}`} {
		a := l.post(pathPut, body)
		require.Equal(t, 400, a.Status)
		require.Equal(t, "TWEED_BAD_WORLD_NAME", a.text("error_code"))
	}
	a := l.post(pathPut, `{}`, "Tweed-World", "a b")
	require.Equal(t, "TWEED_BAD_WORLD_NAME", a.text("error_code"))
	require.Contains(t, a.text("error_message"), `"a b" is not a world's name: 1 to 128 printable characters`)
	require.Empty(t, l.Worlds.Names(), "no world is made")
	require.Empty(t, l.entries())
}

// A refused token of another world brings a hint.
func TestHint(t *testing.T) {
	t.Parallel()
	l := newLab(t, nil)
	uuids := map[string]string{}
	for _, name := range []string{"theirs", DefaultWorld} {
		l.in(name, func(w *world.World) { uuids[name] = w.UUID("access") })
	}
	theirs, ours := "access-sandbox-"+uuids["theirs"], "access-sandbox-"+uuids[DefaultWorld]
	want := []string{
		"the token belongs to world theirs; this call is in world default. " +
			"Add @theirs to the client_id, or the header Tweed-World.",
	}
	for _, test := range []struct {
		path, body string
		hint       []string
	}{
		{pathRefuse, `{"client_id":"c","access_token":"` + theirs + `"}`, want},
		{pathRefuse, `{"client_id":"c","public_token":"` + strings.Replace(theirs, "access", "public", 1) + `"}`, want},
		{pathRefuse, `{"client_id":"c","access_token":"` + ours + `"}`, nil},
		{pathRefuse, `{"client_id":"c@theirs","access_token":"` + theirs + `"}`, nil},
		{pathRefuse, `{"client_id":"c","access_token":"nothing"}`, nil},
		{pathRefuse, `{"client_id":"c"}`, nil},
		{pathGet, `{"client_id":"c","access_token":"` + theirs + `"}`, nil},  // it is not refused
		{pathFail, `{"client_id":"c","access_token":"` + theirs + `"}`, nil}, // not by the vendor
		{pathRefuse, `{"client_id":"c","access_token":"access-sandbox-00000000-1111-4222-8333-444444444444"}`, nil},
	} {
		require.Equal(t, test.hint, l.post(test.path, test.body).Header["Tweed-Hint"], test.body)
	}
}
