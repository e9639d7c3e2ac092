package emulator_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

// TestFate: a rule from Go decides what becomes of a deposit; the journal of the call that made it has the rule's name;
// a stop and a start on the way change nothing.
func TestFate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state.json")
	first := started(t, emulator.Options{StateFile: path})
	c := newClient(t, first, "fates")
	c.login()
	first.World("fates").Rule(scenario.Rule{
		Name: "the second bounces", ACH: scenario.Deposit, Skip: 1, Times: 1,
		Then: scenario.Return("R01").In(scenario.Span{BankingDays: 3}),
	})
	relationship := c.relationship(c.processorToken(c.link())).text("id")
	var ids []string
	for _, external := range []string{"one", "two", "three"} {
		id := c.deposit(relationship, external, "12.34").text("transferId")
		c.ok("/sentinel/api/v1/test/simulation/achs/"+id+"/approve", nil)
		ids = append(ids, id)
	}
	journal := c.control("GET", "journal?world=fates", "").Body
	require.Contains(t, journal, `rule \"the second bounces\" decides what becomes of this deposit: return R01 after 3 banking days`)
	first.World("fates").AdvanceBankingDays(2)
	require.NoError(t, first.Close())

	again := started(t, emulator.Options{StateFile: path})
	c = newClient(t, again, "fates")
	c.login()
	require.Equal(t, "COMPLETE", c.transferState(ids[1]))
	again.World("fates").AdvanceBankingDays(2)
	c.login()
	require.Equal(t, "COMPLETE", c.transferState(ids[0]))
	require.Equal(t, "RETURNED", c.transferState(ids[1]))
	require.Equal(t, "R01", c.get("/sentinel/api/v1/transfers/achs/"+ids[1]).text("returnCode"))
	require.Equal(t, "COMPLETE", c.transferState(ids[2]))
}
