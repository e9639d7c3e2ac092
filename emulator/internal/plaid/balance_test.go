package plaid

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
)

func TestBalanceOf(t *testing.T) {
	t.Parallel()
	s := serve(t)
	access := s.accessToken()
	token := func(mask string) string {
		return s.good("/processor/token/create", object{
			"access_token": access, "account_id": s.accountID(access, mask), "processor": "apex_clearing",
		}).text("processor_token")
	}
	checking, savings, card := token("0000"), token("1111"), token("3333")
	s.in(func(w *world.World) {
		for token, want := range map[string]int64{checking: 100_00, savings: 200_00} {
			cents, ok := BalanceOf(w, token)
			require.True(t, ok)
			require.Equal(t, want, cents)
		}
		for _, token := range []string{card, "", access, "processor-sandbox-11111111-2222-4333-8444-555555555555"} {
			_, ok := BalanceOf(w, token)
			require.False(t, ok, token)
		}
	})
	s.good("/item/remove", object{"access_token": access})
	s.in(func(w *world.World) {
		_, ok := BalanceOf(w, checking)
		require.False(t, ok)
	})
}

// TestBalanceOfCustomUser: what a custom user has is cut to whole cents, never rounded up.
func TestBalanceOfCustomUser(t *testing.T) {
	t.Parallel()
	for balance, want := range map[string]int64{
		"100.10": 100_10, "0.29": 29, "1.999": 1_99, "-3.50": -3_50, "0": 0, "99999999.99": 99_999_999_99,
	} {
		t.Run(balance, func(t *testing.T) {
			t.Parallel()
			s := serve(t)
			access := s.customToken(`{"override_accounts":[{"type":"depository","subtype":"checking","starting_balance":` + balance + `}]}`)
			accounts, _ := s.good("/accounts/get", object{"access_token": access}).Fields["accounts"].([]any)
			first, _ := accounts[0].(map[string]any)
			token := s.good("/processor/token/create", object{
				"access_token": access, "account_id": first["account_id"], "processor": "apex_clearing",
			}).text("processor_token")
			s.in(func(w *world.World) {
				cents, ok := BalanceOf(w, token)
				require.True(t, ok)
				require.Equal(t, want, cents)
			})
		})
	}
}
