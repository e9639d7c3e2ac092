package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"
)

// The elements of a JUnit file, as Jenkins (junit-10.xsd) and GitLab read them.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name      string        `xml:"name,attr"`
		ClassName string        `xml:"classname,attr"`
		Time      string        `xml:"time,attr"`
		Failure   *junitFailure `xml:"failure"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes suites as JUnit XML. A failed case has one failure: its message is the
// first problem, its text are all problems with their places.
func WriteJUnit(w io.Writer, suites []Suite) error {
	all := junitSuites{Name: "tweed"}
	var sum time.Duration
	for _, s := range suites {
		one := junitSuite{Name: s.Name, Tests: len(s.Cases), Failures: s.failed(), Time: seconds(s.time())}
		for _, c := range s.Cases {
			one.Cases = append(one.Cases, junitCase{
				Name: c.Name, ClassName: s.Name, Time: seconds(c.Time), Failure: failureOf(c),
			})
		}
		all.Suites = append(all.Suites, one)
		all.Tests += one.Tests
		all.Failures += one.Failures
		sum += s.time()
	}
	all.Time = seconds(sum)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func failureOf(c Case) *junitFailure {
	if len(c.Problems) == 0 {
		return nil
	}
	return &junitFailure{Message: c.Problems[0].What, Type: "expectation", Text: c.Problems.Error()}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
