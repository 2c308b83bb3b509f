"""The sheets a factory sends and gets: machines, weekly hours, exceptional days, windows, own jobs."""

from marketplace.common.sheets import Column, SheetKind

NUMBER = Column(
    key="number",
    english="own number",
    chinese="设备编号",
    also=("machine number", "machine", "自编号", "机器编号"),
    is_required=True,
    rule=("what you call the machine; it tells machines apart", "贵厂的设备编号，用于区分设备"),
    example="P3",
)
FROM = Column(
    key="from",
    english="from",
    chinese="开始",
    also=("start", "starts", "起", "从", "开始时间"),
    is_required=True,
    rule=("hours and minutes by the site's clock, as in 22:00", "厂区当地时间，如 22:00"),
    example="22:00",
)
TO = Column(
    key="to",
    english="to",
    chinese="结束",
    also=("end", "ends", "止", "至", "结束时间"),
    is_required=True,
    rule=("at or before the start: next day; 24:00 is midnight", "不晚于开始则为次日；24:00 为午夜"),
    example="06:00",
)
PRICE_PCT = Column(
    key="price_pct",
    english="price %",
    chinese="价格百分比",
    also=("percent", "price pct", "价格%"),
    rule=("1 to 1000; empty: 100", "1 至 1000；空为 100"),
    example="100",
)

MACHINES = SheetKind(
    key="machines",
    english="Machines",
    chinese="设备",
    columns=(
        NUMBER,
        Column(
            key="name",
            english="name",
            chinese="名称",
            also=("machine name", "设备名称"),
            is_required=True,
            rule=("up to 120 characters", "最多 120 字"),
            example="Hydraulic press 3",
        ),
        Column(
            key="site",
            english="site",
            chinese="厂区",
            also=("plant", "工厂"),
            is_required=True,
            rule=("the name of one of your sites", "贵厂某个厂区的名称"),
            example="Ningbo works",
        ),
        Column(
            key="model",
            english="maker and model",
            chinese="厂商与型号",
            also=("model", "maker", "型号"),
            rule=("up to 120 characters", "最多 120 字"),
            example="Yangli JH21-160",
        ),
        Column(
            key="process",
            english="process",
            chinese="工艺",
            also=("processes",),
            rule=("one a row: a machine with two processes has two rows", "每行一种；两种工艺写两行"),
            example="press",
        ),
        Column(
            key="materials",
            english="materials",
            chinese="材料",
            also=("material",),
            rule=("separated by commas; empty: any", "用逗号分隔；空为不限"),
            example="steel, aluminium",
        ),
        Column(
            key="min_size_mm",
            english="smallest part (mm)",
            chinese="最小尺寸（毫米）",
            also=("min size",),
            rule=("whole millimetres; empty: no limit", "整毫米；空为不限"),
            example="20",
        ),
        Column(
            key="max_size_mm",
            english="largest part (mm)",
            chinese="最大尺寸（毫米）",
            also=("max size",),
            rule=("whole millimetres; empty: no limit", "整毫米；空为不限"),
            example="600",
        ),
        Column(
            key="tolerance_um",
            english="finest tolerance (µm)",
            chinese="最小公差（微米）",
            also=("tolerance",),
            rule=("whole micrometres; empty: no promise", "整微米；空为不作承诺"),
            example="100",
        ),
        Column(
            key="product_code",
            english="product code",
            chinese="产品代码",
            rule=(
                "the price is for this product alone; empty: any product",
                "仅限该产品的价格；空为任何产品",
            ),
            example="",
        ),
        Column(
            key="rate",
            english="pieces an hour",
            chinese="每小时件数",
            also=("rate", "产能"),
            rule=("empty: the order's standard time", "空为订单的标准工时"),
            example="1,500",
        ),
        Column(
            key="setup_min",
            english="set-up (minutes)",
            chinese="换型时间（分钟）",
            also=("setup", "set-up", "换型"),
            rule=("whole minutes; empty: 0", "整分钟；空为 0"),
            example="45",
        ),
        Column(
            key="min_lot",
            english="minimum lot",
            chinese="最小批量",
            also=("min lot",),
            rule=("pieces; empty: 1", "件；空为 1"),
            example="500",
        ),
        Column(
            key="price",
            english="price an hour",
            chinese="每小时价格",
            also=("price", "价格"),
            rule=("in whole currency units with up to two decimals", "以元为单位，最多两位小数"),
            example="180.00",
        ),
        Column(
            key="currency",
            english="currency",
            chinese="货币",
            also=("币种",),
            rule=("CNY, EUR or USD; one for all prices of a machine", "CNY、EUR 或 USD；同一设备只用一种"),
            example="CNY",
        ),
        Column(
            key="certificates",
            english="certificates",
            chinese="认证",
            also=("certificate", "证书"),
            rule=("separated by commas", "用逗号分隔"),
            example="ISO 9001",
        ),
        Column(
            key="holidays",
            english="closed on holidays",
            chinese="节假日关闭",
            rule=("yes or no; empty: as it is, yes for a new machine", "是或否；空为不变，新设备为是"),
            example="yes",
        ),
        Column(
            key="listed",
            english="listed",
            chinese="已挂牌",
            also=("offered", "挂牌", "上架"),
            rule=(
                "yes: offered on the network; needs a process, a price and hours",
                "是：在平台提供；需有工艺、价格和时段",
            ),
            example="yes",
        ),
    ),
)

HOURS = SheetKind(
    key="hours",
    english="Weekly hours",
    chinese="每周时段",
    columns=(
        NUMBER,
        Column(
            key="weekday",
            english="weekday",
            chinese="星期",
            also=("day", "周"),
            is_required=True,
            rule=(
                "Monday to Sunday, or 1 to 7; a machine's rows replace its week; an empty weekday: no hours at all",
                "星期一至星期日，或 1 至 7；一台设备的各行取代其原有的一周；星期为空表示没有时段",
            ),
            example="1",
        ),
        FROM,
        TO,
        PRICE_PCT,
    ),
)

EXCEPTIONS = SheetKind(
    key="exceptions",
    english="Exceptional days",
    chinese="例外日",
    columns=(
        NUMBER,
        Column(
            key="on",
            english="date",
            chinese="日期",
            also=("on",),
            is_required=True,
            rule=("as in 2026-03-02", "如 2026-03-02"),
            example="2026-05-01",
        ),
        Column(
            key="what",
            english="what holds",
            chinese="安排",
            also=("what",),
            rule=(
                "closed, open, or usual (the week holds again); empty: open with hours, else closed",
                "关闭、开放或照常；有时段而留空即为开放",
            ),
            example="closed",
        ),
        Column(
            key="from",
            english="from",
            chinese="开始",
            also=("start",),
            rule=("only where it is open", "仅开放时填写"),
            example="",
        ),
        Column(
            key="to",
            english="to",
            chinese="结束",
            also=("end",),
            rule=("only where it is open", "仅开放时填写"),
            example="",
        ),
        Column(
            key="reason",
            english="reason",
            chinese="原因",
            rule=("up to 120 characters", "最多 120 字"),
            example="Stocktaking",
        ),
    ),
)

MOMENT_RULE = (
    "date and time by the site's clock, as in 2026-03-02 08:15",
    "厂区当地日期时间，如 2026-03-02 08:15",
)

WINDOWS = SheetKind(
    key="windows",
    english="Windows",
    chinese="额外时段",
    columns=(
        NUMBER,
        Column(
            key="starts_at",
            english="from",
            chinese="开始",
            also=("start",),
            is_required=True,
            rule=MOMENT_RULE,
            example="2026-05-02 08:00",
        ),
        Column(
            key="ends_at",
            english="to",
            chinese="结束",
            also=("end",),
            is_required=True,
            rule=MOMENT_RULE,
            example="2026-05-02 18:00",
        ),
        PRICE_PCT,
    ),
)

JOBS = SheetKind(
    key="jobs",
    english="Own jobs",
    chinese="自有任务",
    columns=(
        NUMBER,
        Column(
            key="job",
            english="job number",
            chinese="任务编号",
            also=("own job number", "任务号", "工单号"),
            is_required=True,
            rule=(
                "up to 40 characters; the next file with the same number changes the job",
                "最多 40 字；再次导入同一编号即为修改",
            ),
            example="WO-1047",
        ),
        Column(
            key="kind",
            english="kind",
            chinese="类型",
            also=("type",),
            rule=("own job or maintenance; empty: own job", "自有任务或维护；空为自有任务"),
            example="own_job",
        ),
        Column(
            key="title",
            english="title",
            chinese="标题",
            also=("what",),
            rule=("up to 120 characters", "最多 120 字"),
            example="Brackets for Li",
        ),
        Column(
            key="starts_at",
            english="from",
            chinese="开始",
            also=("start",),
            is_required=True,
            rule=MOMENT_RULE,
            example="2026-05-04 08:00",
        ),
        Column(
            key="ends_at",
            english="to",
            chinese="结束",
            also=("end",),
            is_required=True,
            rule=MOMENT_RULE,
            example="2026-05-04 16:00",
        ),
    ),
)

KINDS = (MACHINES, HOURS, EXCEPTIONS, WINDOWS, JOBS)


def kind_of(key: str) -> SheetKind:
    """The kind with this key; `KeyError` for another."""
    return {one.key: one for one in KINDS}[key]
