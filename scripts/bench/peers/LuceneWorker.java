import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.IntField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.queryparser.classic.MultiFieldQueryParser;
import org.apache.lucene.queryparser.classic.QueryParser;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FuzzyQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MultiTermQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.search.uhighlight.UnifiedHighlighter;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.Version;

/**
 * Answers for Lucene; requests and answers are those of the protocol module.
 *
 * <p>Times are taken around Lucene's own call and nothing else: query objects are made
 * before it, ids of documents are looked up after it. No query is cached.
 */
public final class LuceneWorker {
    private static final String FIELD = "\u001f";
    private static final char BREAK = '\u001e';
    private static final double WRITER_MEGABYTES = 256;
    private static final int SNIPPETS = 2;
    private static final int FUZZY_EXPANSIONS = 1000;
    private static final long ENOUGH_NS = 20_000_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Map<String, Reader> readers = new HashMap<>();

    /** An open index. */
    private static final class Reader {
        final IndexSearcher searcher;
        final UnifiedHighlighter highlighter;
        final MultiFieldQueryParser parser;

        Reader(Path folder) throws IOException {
            MMapDirectory directory = new MMapDirectory(folder);
            searcher = new IndexSearcher(DirectoryReader.open(directory));
            searcher.setSimilarity(new BM25Similarity(1.2f, 0.75f));
            searcher.setQueryCache(null);
            Analyzer analyzer = new EnglishAnalyzer();
            highlighter = UnifiedHighlighter.builder(searcher, analyzer).build();
            String[] fields = {"title", "body"};
            parser = new MultiFieldQueryParser(fields, analyzer);
            parser.setDefaultOperator(QueryParser.Operator.AND);
        }

        TopDocs search(Query query, int limit, boolean count) throws IOException {
            int threshold = count ? Integer.MAX_VALUE : 1;
            return searcher.search(
                    query, new TopScoreDocCollectorManager(limit, null, threshold));
        }

        List<Object> ids(TopDocs found) throws IOException {
            List<Object> ids = new ArrayList<>();
            for (ScoreDoc hit : found.scoreDocs) {
                ids.add(searcher.storedFields().document(hit.doc).get("id"));
            }
            return ids;
        }
    }

    /** Reads requests until the standard input closes. */
    public static void main(String[] arguments) throws IOException {
        PrintStream spoken = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        System.setOut(System.err);
        LuceneWorker worker = new LuceneWorker();
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            String line;
            while ((line = lines.readLine()) != null) {
                Map<String, Object> answer;
                try {
                    answer = worker.answer(map(new Json(line).value()));
                } catch (Exception error) {
                    answer = Map.of("error", error.toString());
                }
                spoken.println(Json.text(answer));
                spoken.flush();
            }
        }
    }

    private Map<String, Object> answer(Map<String, Object> request) throws Exception {
        return switch ((String) request.get("do")) {
            case "hello" ->
                    Map.of(
                            "version", Version.LATEST.toString(),
                            "java", Runtime.version().toString(),
                            "unoffered_groups", List.of());
            case "build" -> build(request);
            case "open" -> {
                Path folder = Path.of((String) request.get("folder"));
                readers.put((String) request.get("kind"), new Reader(folder));
                yield Map.of();
            }
            case "ask" -> ask(request);
            case "warm" -> warm(request);
            case "job" -> job(request);
            case "load" -> load(request);
            default -> throw new IllegalArgumentException("no such request");
        };
    }

    // --- indexing ------------------------------------------------------------------

    private Map<String, Object> build(Map<String, Object> request) throws IOException {
        boolean bare = request.get("kind").equals("terms");
        Path corpus = Path.of((String) request.get("corpus"));
        Path folder = Path.of((String) request.get("folder"));
        Analyzer analyzer = bare ? new WhitespaceAnalyzer() : new EnglishAnalyzer();
        IndexWriterConfig config = new IndexWriterConfig(analyzer);
        config.setRAMBufferSizeMB(WRITER_MEGABYTES);
        config.setSimilarity(new BM25Similarity(1.2f, 0.75f));
        long wall = System.nanoTime();
        long cpu = cpuOfAll();
        long readingWall = 0;
        long readingCpu = 0;
        try (FSDirectory directory = FSDirectory.open(folder);
                IndexWriter writer = new IndexWriter(directory, config);
                BufferedReader lines = Files.newBufferedReader(corpus)) {
            while (true) {
                long wallBefore = System.nanoTime();
                long cpuBefore = THREADS.getCurrentThreadCpuTime();
                String line = lines.readLine();
                String[] values = line == null ? null : line.split(FIELD, -1);
                readingCpu += THREADS.getCurrentThreadCpuTime() - cpuBefore;
                readingWall += System.nanoTime() - wallBefore;
                if (values == null) {
                    break;
                }
                writer.addDocument(bare ? bareDocument(values) : plainDocument(values));
            }
            if (bare) {
                writer.forceMerge(1);
            }
            writer.commit();
        }
        return Map.of(
                "cpu", cpuOfAll() - cpu - readingCpu,
                "wall", System.nanoTime() - wall - readingWall);
    }

    private static Document bareDocument(String[] values) {
        FieldType once = new FieldType();
        once.setIndexOptions(IndexOptions.DOCS);
        once.setOmitNorms(true);
        once.setTokenized(true);
        once.freeze();
        Document document = new Document();
        document.add(new StoredField("id", values[0]));
        document.add(new IntField("published", day(values[3]), Field.Store.NO));
        document.add(new StringField("entity", values[4], Field.Store.NO));
        document.add(new TextField("terms", values[5], Field.Store.NO));
        document.add(new Field("words", values[6], once));
        return document;
    }

    private static Document plainDocument(String[] values) {
        Document document = new Document();
        document.add(new StoredField("id", values[0]));
        document.add(new IntField("published", day(values[3]), Field.Store.NO));
        document.add(new TextField("title", values[1], Field.Store.YES));
        String body = values[2].replace(BREAK, '\n');
        document.add(new TextField("body", body, Field.Store.YES));
        return document;
    }

    // --- searching -----------------------------------------------------------------

    private Map<String, Object> ask(Map<String, Object> request) throws IOException {
        Reader reader = readers.get(request.get("kind"));
        Query query = query(map(request.get("query")));
        int limit = number(request.get("limit"));
        boolean count = (Boolean) request.get("count");
        int repeat = number(request.get("repeat"));
        long[] walls = new long[repeat];
        long[] cpus = new long[repeat];
        int turns = 0;
        long spent = 0;
        TopDocs found = null;
        for (; turns < repeat && spent < ENOUGH_NS; turns++) {
            long wall = System.nanoTime();
            long cpu = THREADS.getCurrentThreadCpuTime();
            found = reader.search(query, limit, count);
            cpus[turns] = THREADS.getCurrentThreadCpuTime() - cpu;
            walls[turns] = System.nanoTime() - wall;
            spent += walls[turns];
        }
        List<Object> scores = new ArrayList<>();
        for (ScoreDoc hit : found.scoreDocs) {
            scores.add((double) hit.score);
        }
        Map<String, Object> answer = times(
                        Arrays.copyOf(walls, turns),
                        Arrays.copyOf(cpus, turns),
                        (String) request.get("take"));
        answer.put("ids", reader.ids(found));
        answer.put("scores", scores);
        answer.put("total", count ? found.totalHits.value() : 0L);
        return answer;
    }

    private Map<String, Object> warm(Map<String, Object> request) throws IOException {
        Reader reader = readers.get(request.get("kind"));
        double seconds = ((Number) request.get("seconds")).doubleValue();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        int asked = 0;
        while (true) {
            for (Object tree : (List<?>) request.get("queries")) {
                Query query = query(map(tree));
                for (boolean count : new boolean[] {false, true}) {
                    if (System.nanoTime() > end) {
                        return Map.of("asked", asked);
                    }
                    reader.search(query, 10, count);
                    asked++;
                }
            }
        }
    }

    private Map<String, Object> job(Map<String, Object> request) throws Exception {
        Reader reader = readers.get(request.get("kind"));
        String text = (String) request.get("text");
        int limit = number(request.get("limit"));
        int repeat = number(request.get("repeat"));
        long[] walls = new long[repeat];
        long[] cpus = new long[repeat];
        int turns = 0;
        long spent = 0;
        List<Object> ids = List.of();
        String[] snippets = {};
        long total = 0;
        for (; turns < repeat && spent < ENOUGH_NS; turns++) {
            long wall = System.nanoTime();
            long cpu = THREADS.getCurrentThreadCpuTime();
            Query query = reader.parser.parse(text);
            TopDocs found = reader.search(query, limit, true);
            snippets = reader.highlighter.highlight("body", query, found, SNIPPETS);
            ids = reader.ids(found);
            total = found.totalHits.value();
            cpus[turns] = THREADS.getCurrentThreadCpuTime() - cpu;
            walls[turns] = System.nanoTime() - wall;
            spent += walls[turns];
        }
        Map<String, Object> answer = times(
                        Arrays.copyOf(walls, turns),
                        Arrays.copyOf(cpus, turns),
                        (String) request.get("take"));
        answer.put("ids", ids);
        answer.put("snippets", Arrays.asList((Object[]) snippets));
        answer.put("total", total);
        return answer;
    }

    private Map<String, Object> load(Map<String, Object> request) throws Exception {
        Reader reader = new Reader(Path.of((String) request.get("folder")));
        List<Query> queries = new ArrayList<>();
        for (Object tree : (List<?>) request.get("queries")) {
            queries.add(query(map(tree)));
        }
        int all = queries.size() * number(request.get("passes"));
        AtomicInteger next = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        List<Throwable> failures = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int number = 0; number < number(request.get("threads")); number++) {
            Thread thread =
                    new Thread(
                            () -> {
                                try {
                                    start.await();
                                    int at = next.getAndIncrement();
                                    while (at < all) {
                                        Query query = queries.get(at % queries.size());
                                        reader.search(query, 10, false);
                                        at = next.getAndIncrement();
                                    }
                                } catch (IOException | InterruptedException error) {
                                    synchronized (failures) {
                                        failures.add(error);
                                    }
                                }
                            });
            thread.start();
            threads.add(thread);
        }
        long wall = System.nanoTime();
        long cpu = cpuOfAll();
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        wall = System.nanoTime() - wall;
        cpu = cpuOfAll() - cpu;
        if (!failures.isEmpty()) {
            throw new IOException(failures.get(0));
        }
        reader.searcher.getIndexReader().close();
        return Map.of("wall", wall, "cpu", cpu, "asked", all);
    }

    private static Query query(Map<String, Object> tree) {
        return switch ((String) tree.get("op")) {
            case "term" -> new TermQuery(new Term("terms", (String) tree.get("term")));
            case "phrase" -> {
                PhraseQuery.Builder phrase = new PhraseQuery.Builder();
                for (Object term : (List<?>) tree.get("terms")) {
                    phrase.add(new Term("terms", (String) term));
                }
                yield phrase.build();
            }
            case "prefix" ->
                    new PrefixQuery(new Term("words", (String) tree.get("text")));
            case "fuzzy" ->
                    new FuzzyQuery(
                            new Term("words", (String) tree.get("text")),
                            1,
                            0,
                            FUZZY_EXPANSIONS,
                            true,
                            MultiTermQuery.CONSTANT_SCORE_BLENDED_REWRITE);
            case "dates" ->
                    IntField.newRangeQuery(
                            "published",
                            day((String) tree.get("first")),
                            day((String) tree.get("last")));
            case "entity" ->
                    new TermQuery(new Term("entity", (String) tree.get("name")));
            case "and" -> joined(tree, BooleanClause.Occur.MUST);
            case "or" -> joined(tree, BooleanClause.Occur.SHOULD);
            default -> throw new IllegalArgumentException("no such query");
        };
    }

    private static Query joined(Map<String, Object> tree, BooleanClause.Occur occur) {
        BooleanQuery.Builder query = new BooleanQuery.Builder();
        for (Object child : (List<?>) tree.get("of")) {
            boolean filters = "dates".equals(map(child).get("op"));
            query.add(query(map(child)), filters ? BooleanClause.Occur.FILTER : occur);
        }
        return query.build();
    }

    // --- small things --------------------------------------------------------------

    private static Map<String, Object> times(long[] walls, long[] cpus, String take) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("cpu", chosen(cpus, take));
        answer.put("wall", chosen(walls, take));
        return answer;
    }

    private static double chosen(long[] values, String take) {
        long[] ranked = values.clone();
        Arrays.sort(ranked);
        int half = ranked.length / 2;
        if (take.equals("min")) {
            return ranked[0];
        }
        return ranked.length % 2 == 1
                ? ranked[half]
                : (ranked[half - 1] + ranked[half]) / 2.0;
    }

    private static long cpuOfAll() {
        return ((com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static int day(String text) {
        return (int) LocalDate.parse(text).toEpochDay();
    }

    private static int number(Object value) {
        return ((Number) value).intValue();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }
}
