package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

func newJournal() *cobra.Command {
	c := &control{}
	var follow, har, asJSON bool
	var last int
	cmd := &cobra.Command{
		Use:   "journal",
		Short: "print the calls that came to a running server, and follow them",
		Long: "journal prints the calls that came to a running server, a line for each: those of all worlds, or with\n" +
			"--world of one. Attempts to deliver a webhook stand among them. --har writes them as an HTTP archive for\n" +
			"a browser's tools or a ticket. Secrets are taken out.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			query := url.Values{"world": {c.world}}
			if last > 0 {
				query.Set("last", strconv.Itoa(last))
			}
			switch {
			case follow && har:
				return usage(errors.New("a HAR has an end; use one of --follow and --har"))
			case follow:
				return c.follow(cmd.Context(), cmd.OutOrStdout(), query, asJSON)
			case har:
				query.Set("format", "har")
			}
			return c.journal(cmd.Context(), cmd.OutOrStdout(), query, har || asJSON)
		},
	}
	c.addFlags(cmd)
	cmd.Flags().BoolVar(&follow, "follow", false, "print calls as they come, until interrupted")
	cmd.Flags().BoolVar(&har, "har", false, "print a HAR 1.2")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().IntVar(&last, "last", 0, "only the newest so many (to follow: begin with them)")
	return cmd
}

// journalLine is what a line of the journal shows of a call.
type journalLine struct {
	World  string   `json:"world"`
	N      uint64   `json:"n"`
	Time   string   `json:"time"`
	Family string   `json:"family"`
	Op     string   `json:"op"`
	Notes  []string `json:"notes"`
	Method string   `json:"method"`
	Base   string   `json:"base"`
	Path   string   `json:"path"`
	Status int      `json:"status"`
	Code   string   `json:"code"`
	Rule   string   `json:"rule"`
	Fates  []string `json:"transfer_rules"`
}

// print writes the line.
func (l journalLine) print(w io.Writer) {
	text := fmt.Sprintf("%s #%d %s %s %s %d", l.World, l.N, l.Time, l.Method, l.Path, l.Status)
	if l.Family == "webhook" {
		text = fmt.Sprintf("%s webhook #%d %s %s to %s%s %d (%s)", l.World, l.N, l.Time, l.Op, l.Base, l.Path, l.Status,
			strings.Join(l.Notes, "; "))
	}
	if l.Code != "" {
		text += " " + l.Code
	}
	for _, rule := range append([]string{l.Rule}, l.Fates...) {
		if rule != "" {
			text += fmt.Sprintf(" (rule %q)", rule)
		}
	}
	fmt.Fprintln(w, text)
}

// journal prints the calls that a query chooses, as lines or as they came.
func (c *control) journal(ctx context.Context, w io.Writer, query url.Values, raw bool) error {
	var text json.RawMessage
	if err := c.call(ctx, http.MethodGet, "journal?"+query.Encode(), nil, &text); err != nil {
		return failed(err)
	}
	if raw {
		fmt.Fprintln(w, string(text))
		return nil
	}
	var answer struct {
		Calls []journalLine `json:"calls"`
		Gone  uint64        `json:"gone"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return failed(err)
	}
	printGone(w, answer.Gone)
	for _, line := range answer.Calls {
		line.print(w)
	}
	return nil
}

func printGone(w io.Writer, calls uint64) {
	if calls > 0 {
		fmt.Fprintf(w, "(%d earlier calls left the journal for want of room)\n", calls)
	}
}

// follow prints calls as they come, until the context or the server ends.
func (c *control) follow(ctx context.Context, w io.Writer, query url.Values, raw bool) error {
	query.Set("follow", "true")
	address := strings.TrimSuffix(c.url, "/") + "/_tweed/journal?" + query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return usage(err)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return failed(err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read as far as it came
	if resp.StatusCode != http.StatusOK {
		refused := refusal{Message: address + " answers " + resp.Status}
		_ = json.NewDecoder(resp.Body).Decode(&refused) // else that is all there is to say
		return failed(refused)
	}
	err = printEvents(resp.Body, w, raw)
	if ctx.Err() != nil {
		return nil // interrupted: that is how a follower ends
	}
	return failed(fmt.Errorf("the server ended the journal: %w", err))
}

// printEvents prints server-sent events until they end, and returns why.
func printEvents(events io.Reader, w io.Writer, raw bool) error {
	lines := bufio.NewReader(events)
	for name := ""; ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return err
		}
		key, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), ": ")
		switch {
		case key == "event":
			name = value
		case key == "data" && name == "gone":
			var gone struct {
				Calls uint64 `json:"calls"`
			}
			_ = json.Unmarshal([]byte(value), &gone) // our own server's
			printGone(w, gone.Calls)
		case key == "data" && raw:
			fmt.Fprintln(w, value)
		case key == "data":
			var line journalLine
			if err := json.Unmarshal([]byte(value), &line); err != nil {
				return err
			}
			line.print(w)
		}
	}
}
