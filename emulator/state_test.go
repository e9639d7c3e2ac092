package emulator_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

// started is an emulator that a test stops by itself.
func started(t *testing.T, o emulator.Options) *emulator.Emulator {
	t.Helper()
	emu, err := emulator.New(o)
	require.NoError(t, err)
	require.NoError(t, emu.Start())
	t.Cleanup(func() { _ = emu.Close() })
	return emu
}

// TestStateFile: what was there before a stop is there after the next start: Items, tokens,
// logins, relationships, events under way, rules, clocks and counters, in every world.
func TestStateFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	options := emulator.Options{StateFile: path, Scenario: &scenario.Scenario{Given: scenario.Given{
		Items: []scenario.Item{{As: "given"}},
	}}}
	first := started(t, options)
	require.NoFileExists(t, path, "nothing is written before there is a reason")
	c := newClient(t, first, "kept")
	made := c.link()
	unused := c.publicToken()
	processor := c.processorToken(made)
	c.login()
	relationship := c.relationship(processor).text("id")
	deposit := c.deposit(relationship, "kept-1", "12.34").text("transferId")
	c.ok("/sentinel/api/v1/test/simulation/achs/"+deposit+"/approve", nil)
	first.World("kept").Advance(10 * time.Minute)
	first.World("kept").Rule(scenario.Rule{Name: "twice", Call: "/auth/get", Times: 2, Then: scenario.Error("ITEM_LOCKED")})
	c.refused(400, "ITEM_ERROR/ITEM_LOCKED", "/auth/get", fields{"access_token": made.access})
	second := newClient(t, first, "").link()
	require.NoError(t, first.Close())
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "tokens are nobody else's business")

	again := started(t, options)
	old := *c
	c = newClient(t, again, "kept")
	c.jwt = old.jwt
	require.Equal(t, first.World("kept").Items(), again.World("kept").Items())
	require.Equal(t, first.World("kept").Now(), again.World("kept").Now())
	got := c.ok("/accounts/get", fields{"access_token": made.access})
	require.Equal(t, made.accounts, accountIDs(got))
	c.ok("/processor/auth/get", fields{"processor_token": processor})
	c.refused(400, "INVALID_INPUT/INVALID_PUBLIC_TOKEN", "/item/public_token/exchange", fields{"public_token": made.public})
	exchanged := c.ok("/item/public_token/exchange", fields{"public_token": unused})
	require.NotEqual(t, made.access, exchanged.text("access_token"), "counters go on")
	c.refused(400, "ITEM_ERROR/ITEM_LOCKED", "/auth/get", fields{"access_token": made.access})
	c.ok("/auth/get", fields{"access_token": made.access})
	require.Equal(t, "APPROVED", c.transferState(deposit), "the login goes on")
	again.World("kept").AdvanceBankingDays(5)
	c.login()
	require.Equal(t, "COMPLETE", c.transferState(deposit))
	newClient(t, again, "").ok("/item/get", fields{"access_token": second.access})
	require.NoError(t, again.Close())
}

// TestStateFileFirstWrite: a stop writes what there is, also without any call.
func TestStateFileFirstWrite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	emu := started(t, emulator.Options{StateFile: path})
	require.NoError(t, emu.Close())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, json.Valid(text), "%s", text)
	require.NoError(t, started(t, emulator.Options{StateFile: path}).Close())
}

// TestStateFileBroken: a file that cannot be read is refused with the place of the fault and
// stays as it is.
func TestStateFileBroken(t *testing.T) {
	t.Parallel()
	whole := wholeState(t)
	for _, test := range []struct{ name, text, wanted string }{
		{"empty", "", "line 1, column 1: "},
		{"cut off", whole[:len(whole)/2], "unexpected end of JSON input"},
		{"syntax", "{\n \"tweed_state\": 1,\n \"worlds\": [}\n", "line 3, column 13: invalid character '}'"},
		{"a wrong type", "{\n \"tweed_state\": \"one\"}", "line 2, column "},
		{"text behind it", whole + "\n{}", "after top-level value"},
		{"another form", `{"tweed_state": 2, "worlds": []}`, "it has form 2 of a state file; this version of Tweed reads form 1"},
		{"no form", `{"worlds": []}`, "form 0"},
		{"something else", `[]`, "line 1, column 1: "},
		{"another export", strings.Replace(whole, `"tweed": 1`, `"tweed": 9`, 1), `world "w": the export has form 9; this version`},
		{"a newer table", strings.Replace(whole, `"version": 1`, `"version": 7`, 1), "has version 7; this version of Tweed reads 1"},
		{"a strange table", strings.Replace(whole, `"plaid.item"`, `"plaid.yacht"`, 1), `table "plaid.yacht" is unknown`},
		{"a strange event", strings.Replace(whole, `"sentinel.transfer.step"`, `"sentinel.nap"`, 1), `"sentinel.nap"`},
		{"a record of another form", strings.Replace(whole, `"institution": "ins_109508"`, `"institution": 5`, 1), "table plaid.item"},
		{"no clock", strings.Replace(whole, `"clock": {`, `"cuckoo": {`, 1), "a world needs its clock"},
		{"a bad world name", strings.Replace(whole, `"name": "w"`, `"name": "a b"`, 1), "is not a world's name"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.NotEqual(t, whole, test.text)
			path := filepath.Join(t.TempDir(), "state.json")
			require.NoError(t, os.WriteFile(path, []byte(test.text), 0o600))
			_, err := emulator.New(emulator.Options{StateFile: path})
			require.ErrorContains(t, err, test.wanted)
			require.ErrorContains(t, err, path)
			kept, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, test.text, string(kept))
			require.Equal(t, []string{"state.json"}, filesIn(t, filepath.Dir(path)))
		})
	}
}

// wholeState is the text of a good state file with an Item and a transfer on its way.
func wholeState(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "whole.json")
	emu := started(t, emulator.Options{StateFile: path})
	c := newClient(t, emu, "w")
	c.login()
	deposit := c.deposit(c.relationship(c.processorToken(c.link())).text("id"), "1", "1")
	c.ok("/sentinel/api/v1/test/simulation/achs/"+deposit.text("transferId")+"/approve", nil)
	require.NoError(t, emu.Close())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = entry.Name()
	}
	return names
}

// TestStateFileReplaced: the file takes its name when it is whole: whoever reads it while the
// emulator is writing sees an old or a new one, and nothing else is left in the folder.
func TestStateFileReplaced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "state.json")
	for range 3 {
		emu := started(t, emulator.Options{StateFile: path})
		newClient(t, emu, "").link()
		before, err := os.Stat(path)
		require.NoError(t, emu.Close())
		after, later := os.Stat(path)
		require.NoError(t, later)
		if err == nil {
			require.False(t, os.SameFile(before, after), "it is a new file under the old name")
		}
		require.Equal(t, []string{"state.json"}, filesIn(t, dir))
	}
}

// TestStateFileWhileRunning: changes are written every few seconds, without a stop, so that a
// crash loses little.
func TestStateFileWhileRunning(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	emu := started(t, emulator.Options{StateFile: path})
	made := newClient(t, emu, "").link()
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(path)
		return err == nil && json.Valid(text) && strings.Contains(string(text), made.access)
	}, time.Minute, 20*time.Millisecond)
	newClient(t, started(t, emulator.Options{StateFile: path}), "").ok("/item/get", fields{"access_token": made.access})
}

// TestStateFileCannotBeWritten: a stop says so, leaves no half file behind, and does not hang.
func TestStateFileCannotBeWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	emu := started(t, emulator.Options{StateFile: filepath.Join(dir, "state.json")})
	newClient(t, emu, "").link()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "state.json", "occupied"), 0o700))
	require.Error(t, emu.Close())
	require.Error(t, emu.Close(), "a second Close says the same")
	require.Equal(t, []string{"state.json"}, filesIn(t, dir))

	_, err := emulator.New(emulator.Options{StateFile: dir})
	require.Error(t, err, "a folder is no state file")
	emu = started(t, emulator.Options{StateFile: filepath.Join(dir, "missing", "state.json")})
	require.Error(t, emu.Close())
}
