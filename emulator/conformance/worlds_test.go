package conformance

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

const parallel = 64

// together runs f in parallel goroutines and returns their errors.
func together(f func(n int) error) []error {
	errs := make([]error, parallel)
	var group sync.WaitGroup
	for n := range parallel {
		group.Go(func() { errs[n] = f(n) })
	}
	group.Wait()
	return errs
}

// walk is the money path without checks of its own; it returns the tokens that it got.
func (c *client) walk() (made item, token string, err error) {
	public, err := c.linkPublicToken()
	if err != nil {
		return made, "", err
	}
	exchanged, err := c.exchange(public)
	if err != nil {
		return made, "", err
	}
	accounts, err := c.accounts(exchanged.GetAccessToken())
	if err != nil {
		return made, "", err
	}
	made = item{
		publicToken: public, accessToken: exchanged.GetAccessToken(), itemID: exchanged.GetItemId(),
		accounts: accounts.GetAccounts(),
	}
	token, err = c.apexToken(made.accessToken, made.accounts[0].GetAccountId())
	return made, token, err
}

// TestManyWorlds: parallel clients, one world each, named by their client_id. None sees another's Items, rules or time.
func TestManyWorlds(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	items := make([]item, parallel)
	tokens := make([]string, parallel)
	clients := make([]*client, parallel)
	for n := range parallel {
		clients[n] = newClient(t, emu.PlaidURL(), fmt.Sprintf("world-%d", n))
	}
	for n, err := range together(func(n int) (err error) {
		items[n], tokens[n], err = clients[n].walk()
		return err
	}) {
		require.NoErrorf(t, err, "world %d", n)
	}

	seen := map[string]int{}
	for n := range parallel {
		for _, id := range []string{items[n].accessToken, items[n].itemID, items[n].accounts[0].GetAccountId(), tokens[n]} {
			require.NotContains(t, seen, id)
			seen[id] = n
		}
	}

	start := emu.World("world-1").Now()
	emu.World("world-0").Advance(time.Hour)
	emu.World("world-0").Rule(scenario.Rule{Call: "/auth/get", Then: scenario.Error("INSTITUTION_DOWN")})
	require.Equal(t, start, emu.World("world-1").Now())
	require.Equal(t, start.Add(time.Hour), emu.World("world-0").Now())
	for n, err := range together(func(n int) error {
		_, err := clients[n].auth(items[n].accessToken)
		return err
	}) {
		if n == 0 {
			require.ErrorContains(t, err, "400")
			continue
		}
		require.NoErrorf(t, err, "world %d", n)
	}
	// A neighbour's token is not known here.
	for n := range parallel {
		_, err := clients[n].accounts(items[(n+1)%parallel].accessToken)
		requireFailure(t, invalidInput("INVALID_ACCESS_TOKEN", textTokenUnknown), err)
	}
}

// TestOneWorldManyClients: parallel clients in one world; nothing is lost and nothing is made twice.
func TestOneWorldManyClients(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c := newClient(t, emu.PlaidURL(), "")
	items := make([]item, parallel)
	tokens := make([]string, parallel)
	for n, err := range together(func(n int) (err error) {
		items[n], tokens[n], err = c.walk()
		return err
	}) {
		require.NoErrorf(t, err, "client %d", n)
	}
	seen := map[string]bool{}
	for n := range parallel {
		for _, id := range []string{items[n].publicToken, items[n].accessToken, items[n].itemID, tokens[n]} {
			require.False(t, seen[id], id)
			seen[id] = true
		}
		_, err := c.accounts(items[n].accessToken)
		require.NoError(t, err)
	}

	// One public token, exchanged by all at once: one of them gets the Item.
	public := c.publicToken()
	good := 0
	for _, err := range together(func(int) error {
		_, err := c.exchange(public)
		return err
	}) {
		if err == nil {
			good++
			continue
		}
		requireFailure(t, invalidInput("INVALID_PUBLIC_TOKEN", ""), err)
	}
	require.Equal(t, 1, good)
}
