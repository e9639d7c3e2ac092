package runner

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/scenario"
	"tweed/scenarios"
)

// collected has what the shipped scenarios have little of: dice, patches, webhooks, hosted
// Link, several Items, banking days.
const collected = `
name: collected
given:
  items:
    - {as: alice, webhook: "http://127.0.0.1:9/hook"}
    - {as: bob, institution: ins_109511}
rules:
  - {name: dice, call: /item/get, chance: 0.5, then: {delay: 1ms}}
  - {name: odd, call: /accounts/get, then: {patch: {set: {/zebra: 1, /aardvark: 2}}}}
steps:
  - {call: /sandbox/item/reset_login, with: {access_token: $alice.access_token}}
  - {call: /auth/get, with: {access_token: $alice.access_token}, expect: {error: ITEM_LOGIN_REQUIRED}}
  - {call: /item/get, with: {access_token: $bob.access_token}}
  - {call: /item/get, with: {access_token: $bob.access_token}}
  - {call: /item/get, with: {access_token: $bob.access_token}}
  - {call: /accounts/get, with: {access_token: $bob.access_token}}
  - call: /link/token/create
    with: {client_name: n, country_codes: [US], language: en, products: [auth], user: {client_user_id: u}, hosted_link: {}}
  - {flow: deposit}
  - {advance: 3 banking days}
`

// inChild is set in a process that only prints digests of transcripts.
const inChild = "TWEED_TEST_DIGESTS"

func TestMain(m *testing.M) {
	if os.Getenv(inChild) == "" {
		os.Exit(m.Run())
	}
	digests, err := allDigests()
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(digests)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// allDigests runs all scenarios with seed 1, one after the other.
func allDigests() (map[string]string, error) {
	digests := map[string]string{}
	for _, name := range scenarioNames() {
		text, err := transcript(name, 1)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		digests[name] = digest(text)
	}
	return digests, nil
}

func scenarioNames() []string { return append(scenarios.Names(), "collected") }

func transcript(name string, seed uint64) ([]byte, error) {
	s, err := shipped(name)
	if name == "collected" {
		s, err = scenario.Load(name, []byte(collected))
	}
	if err != nil {
		return nil, err
	}
	report, err := Run(context.Background(), s, Options{Seed: seed, Drive: drive})
	if err != nil {
		return nil, err
	}
	if !report.Good() {
		return nil, report.Problems
	}
	return report.Transcript, nil
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// onOneProcessor are the digests of a process of its own that has one processor.
var onOneProcessor = sync.OnceValues(func() (digests map[string]string, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	child := exec.Command(self)
	child.Env = append(os.Environ(), inChild+"=1", "GOMAXPROCS=1")
	child.Stderr = os.Stderr
	out, err := child.Output()
	if err != nil {
		return nil, err
	}
	return digests, json.Unmarshal(out, &digests)
})

// Tokens and ids of a transcript: what another seed has to change.
var (
	tokens     = regexp.MustCompile(`"((?:public|access|processor|link|btok)[-_][0-9A-Za-z-]{20,})"`)
	itemIDs    = regexp.MustCompile(`"(?:item_id|account_id)": "([^"]+)"`)
	requestIDs = regexp.MustCompile(`(?m)(?:"request_id": "|^X-Request-Id: )([0-9a-f]{15})`)
	signatures = regexp.MustCompile(`(?m)^(?:Plaid-Verification: )?(eyJ\S+)$`)
)

// TestDeterminism: every shipped scenario gives the same bytes again with the same seed, also
// in another process with one processor; with another seed, not one id is the same but those
// that the file itself has.
func TestDeterminism(t *testing.T) {
	t.Parallel()
	alone, err := onOneProcessor()
	require.NoError(t, err)
	require.Len(t, alone, len(scenarioNames()))
	for _, name := range scenarioNames() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, err := transcript(name, 1)
			require.NoError(t, err)
			again, err := transcript(name, 1)
			require.NoError(t, err)
			require.Equal(t, string(first), string(again))
			require.Equal(t, digest(first), alone[name], "with GOMAXPROCS=1")

			other, err := transcript(name, 2)
			require.NoError(t, err)
			require.NotEqual(t, string(first), string(other))
			file, _ := scenarios.Find(name)
			found := 0
			for _, kind := range []*regexp.Regexp{tokens, itemIDs, requestIDs, signatures} {
				seen := map[string]bool{}
				for _, match := range kind.FindAllSubmatch(first, -1) {
					if !bytes.Contains(file, match[1]) {
						seen[string(match[1])] = true
					}
				}
				found += len(seen)
				for _, match := range kind.FindAllSubmatch(other, -1) {
					require.False(t, seen[string(match[1])], "%s with seed 1 and with seed 2", match[1])
				}
			}
			require.Greater(t, found, 1)
		})
	}
}

// TestDeterminismSees: the transcript of the richest scenario has something of every kind.
func TestDeterminismSees(t *testing.T) {
	t.Parallel()
	text, err := transcript("collected", 1)
	require.NoError(t, err)
	for _, kind := range []*regexp.Regexp{tokens, itemIDs, requestIDs, signatures} {
		require.Regexp(t, kind, string(text))
	}
}
