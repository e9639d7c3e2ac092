package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

// callItem asks for an Item with a token that is none.
func callItem(t *testing.T, emu *emulator.Emulator, world string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, emu.URL()+"/item/get", strings.NewReader(`{"access_token":"x"}`))
	require.NoError(t, err)
	req.Header.Set("PLAID-CLIENT-ID", "c@"+world)
	req.Header.Set("PLAID-SECRET", "hush-hush")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
}

func TestJournal(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t, emulator.Options{ControlToken: "token"})
	emu.World("b").Rule(scenario.Rule{Name: "locked", Call: "/item/get", Then: scenario.Error("ITEM_LOCKED")})
	for _, world := range []string{"a", "b", "a"} {
		callItem(t, emu, world)
	}
	server := []string{"--url", emu.URL(), "--control-token", "token"}
	journal := func(args ...string) (int, string, string) {
		return command(t, append(append([]string{"journal"}, server...), args...)...)
	}
	code, out, _ := journal()
	require.Equal(t, 0, code)
	require.Equal(t, "a #1 2026-01-05T14:30:00Z POST /item/get 400 INVALID_ACCESS_TOKEN\n"+
		"b #1 2026-01-05T14:30:00Z POST /item/get 400 ITEM_LOCKED (rule \"locked\")\n"+
		"a #2 2026-01-05T14:30:00Z POST /item/get 400 INVALID_ACCESS_TOKEN\n", out)
	_, out, _ = journal("--world", "b")
	require.Equal(t, 1, strings.Count(out, "\n"))
	_, out, _ = journal("--last", "1")
	require.Contains(t, out, "a #2")
	require.NotContains(t, out, "a #1")
	for _, args := range [][]string{{"--har"}, {"--json"}} {
		code, out, _ = journal(args...)
		require.Equal(t, 0, code)
		require.True(t, json.Valid([]byte(out)))
		require.NotContains(t, out, "hush-hush")
	}
	code, _, errs := journal("--har", "--follow")
	require.Equal(t, 2, code)
	require.Contains(t, errs, "use one of --follow and --har")
	code, _, errs = command(t, "journal", "--url", emu.URL(), "--follow")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "token")
}

// TestJournalFollow: calls are printed as they come, until the server or the user ends it.
func TestJournalFollow(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	callItem(t, emu, "a")
	ctx, interrupt := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		var errs bytes.Buffer
		ended <- run(ctx, []string{"journal", "--follow", "--last", "1", "--url", emu.URL()}, writer, &errs)
	}()
	line := make([]byte, 200)
	for _, want := range []string{"a #1 ", "b #1 "} {
		n, err := reader.Read(line)
		require.NoError(t, err)
		require.Contains(t, string(line[:n]), want)
		callItem(t, emu, "b")
	}
	interrupt()
	go func() { _, _ = io.Copy(io.Discard, reader) }()
	require.Equal(t, 0, <-ended)
}

func TestFactsCommand(t *testing.T) {
	t.Parallel()
	code, out, _ := command(t, "facts")
	require.Equal(t, 0, code)
	require.Regexp(t, `(?m)^direction +text +sentinel +INCOMING for a deposit`, out)
	require.NotContains(t, out, "access_token")
	_, out, _ = command(t, "facts", "--fields")
	require.Regexp(t, `(?m)^access_token +field`, out)
	_, out, _ = command(t, "facts", "--json")
	var facts []scenario.Fact
	require.NoError(t, json.Unmarshal([]byte(out), &facts))
	require.NotEmpty(t, facts)
	for _, fact := range facts {
		require.NotEmpty(t, fact.Of, fact.Name)
		require.NotEmpty(t, fact.About, fact.Name)
	}
}

// TestJournalWebhooks: attempts to deliver a webhook stand in the journal, with what was wrong.
func TestJournalWebhooks(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t, emulator.Options{Scenario: &scenario.Scenario{Given: scenario.Given{Items: []scenario.Item{
		{As: "alice", Webhook: "http://203.0.113.1/plaid"},
	}}}})
	w := emu.World("default")
	body := `{"client_id": "c", "secret": "s", "access_token": "` + w.Items()[0].AccessToken + `"}`
	resp, err := http.Post(emu.URL()+"/sandbox/item/reset_login", "application/json", strings.NewReader(body))
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	w.Settle()
	code, out, _ := command(t, "journal", "--url", emu.URL())
	require.Equal(t, 0, code)
	require.Equal(t, "default #1 2026-01-05T14:30:00Z POST /sandbox/item/reset_login 200\n"+
		"default webhook #1 2026-01-05T14:30:00Z ITEM.ERROR to http://203.0.113.1/plaid 0 (attempt 1; refused: 203.0.113.1 is "+
		"neither loopback nor private; --webhooks-anywhere lets webhooks go there)\n", out)
	_, out, _ = command(t, "journal", "--url", emu.URL(), "--har")
	require.Contains(t, out, `"url": "http://203.0.113.1/plaid"`)
}
