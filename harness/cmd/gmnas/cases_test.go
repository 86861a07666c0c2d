package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// reported are inputs that users brought to other NAS libraries and experiment trackers, collected from public bug
// reports, and the tests of the right outcome here: Go tests as FOLDER.Test, stories as FILE.txtar.
var reported = []struct{ id, right, tests string }{
	{"A1", "an architecture string is accepted and printed unchanged", "nasbench/space.TestParseAcceptsPublishedSpelling nasbench/space.TestParseInvertsStringAndIndexInvertsAt"},
	{"A2", "negative or repeated nodes, unknown operations, one-node strings: an error names edge and node", "nasbench/space.TestParseErrorsNameEdgeAndToken nasbench/space.FuzzParse"},
	{"A4", "a dict's edges in any order are the same architecture", "nasbench/space.TestEdgesInAnyOrder nasbench/space.TestEncodedErrorsNameEdgeAndToken"},
	{"A6", "the same numbers are another architecture in another encoding; without one, an error", "nasbench/space.TestTheSameNumbersInOtherEncodings TestQueriesThatAreNone real.txtar"},
	{"A7", "Few-Shot NAS's keys are read without evaluating them; 15,625 distinct", "nasbench/predictions.TestKnownKey nasbench/predictions.TestPublicFiles nasbench/predictions.FuzzRead"},
	{"A8", "a size-space string is named as one; an index of -1 is never used", "TestQueriesThatAreNone nasbench/space.TestOperationsOutOfRangeAreErrorsNotPanics real.txtar"},
	{"A10", "both spellings of a genotype's concat are read as equal", "nasbench/space.TestGenotypesArePrintedAsParsed nasbench/space.TestBadGenotypesAreErrors nasbench/space.FuzzParseGenotype"},
	{"A12", "an unknown operation is named; white space around is trimmed, inside it is an error", "nasbench/space.TestParseErrorsNameEdgeAndToken nasbench/space.TestParseAcceptsPublishedSpelling"},
	{"B1", "an accuracy without epochs: an error lists 12 and 200", "nasbench.TestEveryFieldOfAQueryIsNeeded"},
	{"B3", "architecture 347 has two seeds of ImageNet16-120: n = 2, nothing is imputed", "nasbench.TestPaperNumbers nasbench.TestMissingStaysMissing real.txtar"},
	{"B4", "a record without times: its cost is empty, not 0", "nasbench.TestAccuracyWithoutTime report.TestCostWithoutFigures report.TestCostThatWasNotRecordedIsEmpty"},
	{"B6", "single trainings against means of seeds: not comparable, aggregation differs", "report.TestVerdicts report.TestBestOfSingleTrainingsIsNotComparable nasbench.TestOptimumIsOfMeans nasbench.TestAggregation"},
	{"B7", "a truncated or flipped file: an error with expected and actual size and SHA-256", "nasbench.TestDamagedTableFiles nasbench.TestWrongSourceIsNamed datasets.TestStatusOfAFile data.txtar"},
	{"B9", "CIFAR-100's records as CIFAR-10: an error about the record's length", "datasets.TestBadCIFARFilesSayWhatIsWrongAndTheFix"},
	{"B11", "two versions of a table in one report: marked, and --strict fails", "report.TestTwoTableVersionsAreMarked mixed.txtar"},
	{"C1", "a seed that diverges: n = 3/4 (1 diverged), the others are kept", "harness/run.TestNonFiniteNumbersDiverge report/render.TestNumbers report.TestGoldenGaps report.TestOneSeedDiverges"},
	{"C3", "any number of operations on an edge: the cheapest balanced cut", "harness/split.TestCutIsTheCheapestOfAllBalancedPartitions harness/split.TestSizesAndOrderOfTwoGroups"},
	{"C4", "four groups of five operations work; six are refused by the plan", "harness/plan.TestEpochArithmetic harness/plan.TestRunProblems harness/split.TestCutRefuses"},
	{"C6", "whose batch-norm statistics an accuracy has is a column; measuring trains nothing and repeats itself", "report.TestGoldenComplete harness/search.TestValidationTrainsNothing harness/search.TestRank"},
	{"C7", "a batch of one image is refused, a last one left out", "harness/plan.TestRunProblems harness/plan.TestRankingThatCannotBe harness/search.TestALastImageAloneIsLeftOut"},
	{"C8", "a step's error fails the stage; it never becomes an accuracy", "harness/engine.TestErrorsAreKept harness/run.TestFaultyStageLosesNothingElse harness/search.TestDivergenceIsSaid fails.txtar"},
	{"D1", "a seed given twice: an error with its position", "harness/plan.TestExperimentProblems FuzzSeeds bad.txtar"},
	{"D2", "--seeds replaces the declared seeds", "TestSeeds TestSeedsReplace"},
	{"D4", "a warm-up that ends before it begins, or no epochs: refused by the plan", "harness/plan.TestRunProblems harness/plan.FuzzRun"},
	{"D5", "other groups are another stage; nothing is overwritten, nobody is asked", "harness/spec.TestKeyTellsSettingsApart results.TestFinalOutcomeIsNeverOverwritten newcomer.txtar"},
	{"D6", "a name never becomes a path, formula or markup", "harness/plan.TestExperimentProblems harness/plan.FuzzName report/render.TestEscapes report/render.TestAnyText report/render.TestTeXEscapes report/render.TestAnyTextInTeX report/render.TestAnyTextInHTML report.TestBrowser results.FuzzBinding bad.txtar rank.txtar"},
	{"E1", "killed between weights and record: the same as uninterrupted, no row twice", "harness/run.TestKillingTheCoordinatorAtAnyMomentChangesNothing harness/run.TestSweep kill.txtar"},
	{"E3", "full disk, read-only, no log, truncated: an error, what is recorded intact, and the way out", "results.TestFullDiskKeepsWhatIsRecorded results.TestReadOnlyFolder results.TestReadOnlyFolderWithUnfinishedLog results.TestOpenErrorsNameTheFileAndTheWayOut repair.txtar"},
	{"E4", "resuming with other code is refused unless --allow-mixed, and then marked", "mixed.txtar"},
	{"E6", "n = 1, all equal: no interval, and why; all 0 % or 100 %: one by the number of images", "report.TestDegenerateCells report.TestSpreadOfDegenerateSeeds report/stat.TestDegenerateSamples report/stat.TestWilson"},
	{"E7", "a plot with NaN, infinite, single and no values is drawn", "report/plots.TestDegenerateFigures report/plots.TestLegendNamesEmptyMethods"},
}

// TestReportedCasesHaveTests: each case's tests are there.
func TestReportedCasesHaveTests(t *testing.T) {
	sources := map[string]string{} // a folder's tests
	for _, c := range reported {
		for _, name := range strings.Fields(c.tests) {
			if strings.HasSuffix(name, ".txtar") {
				if _, err := os.Stat(filepath.Join("testdata", name)); err != nil {
					t.Errorf("%s (%s): %v", c.id, c.right, err)
				}
				continue
			}
			folder := "."
			if before, after, ok := strings.Cut(name, "."); ok {
				folder, name = filepath.Join("..", "..", "..", before), after
			}
			if sources[folder] == "" {
				sources[folder] = testSources(t, folder)
			}
			if !regexp.MustCompile(`(?m)^func ` + name + `\(`).MatchString(sources[folder]) {
				t.Errorf("%s (%s): no test %s in %s", c.id, c.right, name, folder)
			}
		}
	}
}

func testSources(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	return all.String()
}
