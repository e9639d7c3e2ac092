package emulator_test

import (
	"fmt"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

// ExampleWorld_Link shows what a user does in Link, without a browser: one that shares an
// account, one that meets a bank that is down, and one that leaves.
func ExampleWorld_Link() {
	emu, err := emulator.New(emulator.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer emu.Close() //nolint:errcheck // the example is over
	w := emu.World("default")

	linked, err := w.Link(emulator.LinkOptions{Accounts: []string{"0000"}, ClientUserID: "user-1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	accounts, _ := linked.Metadata["accounts"].([]any)
	fmt.Println(linked.PublicToken[:15], len(accounts), "account")

	w.Rule(scenario.Rule{Link: scenario.LinkSuccess, Times: 1, Then: scenario.Leave("INSTITUTION_DOWN")})
	refused, _ := w.Link(emulator.LinkOptions{})
	fmt.Println(refused.Exit.ErrorType, refused.Exit.ErrorCode)

	left, _ := w.Link(emulator.LinkOptions{Exit: &emulator.LinkLeave{Status: "requires_credentials"}})
	fmt.Println(left.Exit.Metadata["status"], left.Events[len(left.Events)-1].Name)

	// Output:
	// public-sandbox- 1 account
	// INSTITUTION_ERROR INSTITUTION_DOWN
	// requires_credentials EXIT
}
