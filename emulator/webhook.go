package emulator

import (
	"crypto/x509"
	"fmt"
	"time"

	"tweed/emulator/internal/delivery"
	"tweed/emulator/internal/rules"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// WebhookOptions say how webhooks go out. The zero value delivers them to loopback and private
// addresses.
type WebhookOptions struct {
	// Mode overrides the scenario: scenario.ModeDeliver or scenario.ModeCollect. Empty is the
	// scenario's way, or deliver.
	Mode string
	// IAT overrides the scenario: a delivered webhook is signed with the time of
	// scenario.IATWall or scenario.IATWorld. Empty is the scenario's way, or wall.
	IAT string
	// Anywhere lets them go to public addresses, too.
	Anywhere bool
	// Roots are the CAs whose certificates receivers may have. Nil is the system's.
	Roots *x509.CertPool
	// Insecure accepts any certificate of a receiver.
	Insecure bool
	// Patience is how long a receiver may take to answer, in wall time. Zero is 10 s.
	Patience time.Duration
}

func (o WebhookOptions) check() error {
	s := scenario.Scenario{Webhooks: scenario.Delivery{Mode: o.Mode, IAT: o.IAT}}
	if err := s.Validate(); err != nil {
		return fmt.Errorf("Webhooks: %w", err)
	}
	return nil
}

func (e *Emulator) newSender() *delivery.Sender {
	o := e.options.Webhooks
	chosen := func(option, scenario string) string {
		if option != "" {
			return option
		}
		return scenario
	}
	return delivery.New(delivery.Options{
		Anywhere: o.Anywhere, Roots: o.Roots, Insecure: o.Insecure, Patience: o.Patience,
		Delivers: func(w *world.World) bool { return chosen(o.Mode, rules.Delivery(w).Mode) != scenario.ModeCollect },
		WorldTime: func(w *world.World) bool {
			return chosen(o.IAT, rules.Delivery(w).IAT) == scenario.IATWorld
		},
		Journal: e.journal, Log: e.options.Logger,
	}, e.worlds)
}

// Webhook is a webhook of a world, and what became of it.
type Webhook struct {
	N      uint64    // number within the world, from 1
	At     time.Time // world time at which it came about
	Name   string    // TYPE.CODE, for example ITEM.ERROR
	Target string
	// Headers are those of a webhook that is signed with the world's time; Body are the bytes
	// that are signed.
	Headers map[string]string
	Body    []byte
	// State is collected, waiting, delivered, retrying, dropped or given_up.
	State    string
	Due      time.Time // world time at which it goes out, or again; zero for none
	Rule     string    // the rule that acted on it, "" if none did
	CopyOf   uint64    // the number of the webhook that it repeats, 0 for none
	Attempts []WebhookAttempt
}

// WebhookAttempt is one attempt to deliver a webhook.
type WebhookAttempt struct {
	At     time.Time // world time
	Status int       // of the receiver's answer, 0 when none came
	Error  string    // what was wrong, "" for nothing
}

// Webhooks returns the world's webhooks, oldest first.
func (w World) Webhooks() (out []Webhook) {
	w.with(func(held *world.World) {
		for _, m := range held.Outbox() {
			one := Webhook{
				N: m.N, At: m.At, Name: m.Name, Target: m.Target, Headers: m.Headers, Body: m.Body, State: string(m.State),
				Rule: m.Rule, CopyOf: m.Copy,
			}
			if m.Due != nil {
				one.Due = *m.Due
			}
			for _, attempt := range m.Attempts {
				one.Attempts = append(one.Attempts, WebhookAttempt(attempt))
			}
			out = append(out, one)
		}
	})
	return out
}

// Resend sends a webhook once more, with a new plan of retries. It returns an error for a number
// that no webhook has, for one that waits for its turn, and where webhooks are collected.
func (w World) Resend(n uint64) (err error) {
	w.with(func(held *world.World) {
		if err = held.Resend(n); err != nil {
			err = fmt.Errorf("webhook %d of world %s: %w", n, w.name, err)
		}
	})
	return err
}

// Settle waits until no webhook is due or under way; the clock stands meanwhile, so that retries
// are left for Advance. It does not wait for a receiver that takes longer than half of its
// patience, and when it is called within an Advance of the same world, as by a receiver, it
// returns at once.
func (w World) Settle() { w.with((*world.World).Settle) }
